import type { GroupLayout, GroupState } from '@lethe/protocol';
import { invalid, type NamedTensor } from './safetensors.js';

type Tensors = ReadonlyMap<string, NamedTensor>;

/** The part of a group's state that is no tensor. */
export interface GroupScalars { readonly version: number; readonly scalars: Readonly<Record<string, number>> }

/** A group as named tensors: weights, optimiser state as `optimizer.<slot>.…`, running statistics under PyTorch's names. */
export function groupTensors(layout: GroupLayout, { values, slots, statistics }: GroupState): NamedTensor[] {
  const cut = (vector: Float32Array, prefix: string): NamedTensor[] =>
    layout.segments.map(({ name, shape, offset, length }) => {
      return { name: `${prefix}${name}`, shape, values: vector.subarray(offset, offset + length) };
    });
  const running = layout.statistics.flatMap(({ name, channels, offset }) => {
    const all = statistics ?? new Float32Array(0);
    const part = (kind: string, from: number): NamedTensor => {
      return { name: `${name}.${kind}`, shape: [channels], values: all.subarray(from, from + channels) };
    };
    return [part('running_mean', offset), part('running_var', offset + channels)];
  });
  return [...cut(values, ''), ...running, ...Object.entries(slots).flatMap(([slot, vector]) => cut(vector, `optimizer.${slot}.`))];
}

/** The inverse of `groupTensors`. @throws LetheError CHECKPOINT_INVALID naming a tensor that is missing or of another size */
export function groupFromTensors(
  layout: GroupLayout, tensors: Tensors, { version, scalars }: GroupScalars, file: string,
): GroupState {
  const take = (name: string, length: number): Float32Array => {
    const found = tensors.get(name);
    if (found?.values.length !== length) {
      throw invalid(file, `tensor ${name} has ${found?.values.length ?? 'no'} values, expected ${length}`);
    }
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

/** The optimiser slots of this group in the file: those that its first tensor has. */
function slotNames(layout: GroupLayout, tensors: Tensors): string[] {
  const [prefix, suffix] = ['optimizer.', `.${layout.segments[0]?.name ?? ''}`];
  return [...tensors.keys()]
    .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
    .map((name) => name.slice(prefix.length, -suffix.length));
}
