import type { GroupLayout, GroupState } from '@lethe/protocol';
import { invalid, type NamedTensor } from './safetensors.js';

type Tensors = ReadonlyMap<string, NamedTensor>;

/** A group as named tensors: weights, optimiser state under `optimizer.<slot>.`, running statistics as PyTorch calls them. */
export function groupTensors(layout: GroupLayout, { values, slots, statistics }: GroupState): NamedTensor[] {
  const cut = (vector: Float32Array, prefix: string): NamedTensor[] =>
    layout.segments.map(({ name, shape, offset, length }) => ({ name: `${prefix}${name}`, shape, values: vector.subarray(offset, offset + length) }));
  const running = layout.statistics.flatMap(({ name, channels, offset }) => {
    const part = (kind: string, from: number): NamedTensor => ({ name: `${name}.${kind}`, shape: [channels], values: (statistics ?? new Float32Array(0)).subarray(from, from + channels) });
    return [part('running_mean', offset), part('running_var', offset + channels)];
  });
  return [...cut(values, ''), ...running, ...Object.entries(slots).flatMap(([slot, vector]) => cut(vector, `optimizer.${slot}.`))];
}

/** The inverse of `groupTensors`. @throws LetheError CHECKPOINT_INVALID naming a tensor that is missing or of another size */
export function groupFromTensors(layout: GroupLayout, tensors: Tensors, { version, scalars }: Pick<GroupState, 'version'> & { readonly scalars: Readonly<Record<string, number>> }, file: string): GroupState {
  const take = (name: string, length: number): Float32Array => {
    const found = tensors.get(name);
    if (found?.values.length !== length) throw invalid(file, `tensor ${name} has ${found?.values.length ?? 'no'} values, expected ${length}`);
    return found.values;
  };
  const join = (prefix: string): Float32Array => {
    const vector = new Float32Array(layout.length);
    for (const { name, offset, length } of layout.segments) vector.set(take(`${prefix}${name}`, length), offset);
    return vector;
  };
  const statistics = new Float32Array(layout.statisticsLength);
  for (const { name, channels, offset } of layout.statistics) {
    statistics.set(take(`${name}.running_mean`, channels), offset);
    statistics.set(take(`${name}.running_var`, channels), offset + channels);
  }
  const slots = Object.fromEntries(slotNames(layout, tensors).map((slot) => [slot, join(`optimizer.${slot}.`)]));
  return { group: layout.name, version, values: join(''), slots, scalars: { ...scalars }, statistics };
}

/** The optimiser slots that the file has for this group, by its first tensor. */
function slotNames(layout: GroupLayout, tensors: Tensors): string[] {
  const first = layout.segments[0]?.name ?? '';
  return [...tensors.keys()].flatMap((name) => (name.startsWith('optimizer.') && name.endsWith(`.${first}`) ? [name.slice('optimizer.'.length, -(first.length + 1))] : []));
}
