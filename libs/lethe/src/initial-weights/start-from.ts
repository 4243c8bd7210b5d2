import { isDeepStrictEqual } from 'node:util';
import { LetheError } from '@lethe/errors';
import type { TensorPart } from '@lethe/export';
import { AVERAGE } from '@lethe/parameter-store';
import type { GroupLayout, GroupState } from '@lethe/protocol';
import type { TrainedWeights } from './read-weights.js';

/** Groups before the first round that have begun from trained weights. */
export interface StartedGroups {
  readonly groups: readonly GroupState[];
  /** Sentences for the user: what matched, what did not, and what stays as the seed drew it. */
  readonly lines: readonly string[];
}

/** A tensor of a group, and where its numbers lie. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  /** Numbers of the group's values or statistics, which are written in place. */
  readonly target: Float32Array;
}

/**
 * Gives every tensor the trained weights of its name and shape. Of one of which some columns are there alone, these columns get theirs.
 * Optimisers stay at rest.
 * @param groups before the first round, which are left as they are
 * @throws LetheError CHECKPOINT_MISMATCH if no tensor has its name and shape there
 */
export function startFrom(groups: readonly GroupState[], layouts: readonly GroupLayout[], weights: TrainedWeights): StartedGroups {
  const started = groups.map((group): GroupState => ({
    ...group, values: group.values.slice(), statistics: group.statistics?.slice() ?? null, slots: { ...group.slots },
  }));
  const places = started.flatMap((group) => placesOf(group, layouts));
  const found = places.map((place) => ({
    place, there: weights.tensor(weights.nameThere(place.name)), parts: partsOf(place, weights),
  }));
  const matching = found.filter(({ place, there }) => isDeepStrictEqual(there?.shape, place.shape));
  const inPart = found.filter((one) => !matching.includes(one) && one.parts.length > 0);
  if (matching.length + inPart.length === 0) throw noneMatches(places, weights);
  for (const { place, there } of matching) if (there !== undefined) place.target.set(there.values);
  for (const { place, parts } of inPart) for (const part of parts) fillColumns(place, part);
  // An average of no update is what it would be an average of: whoever reads it before the first round reads the weights.
  const groupsNow = started.map((group) => (
    group.slots[AVERAGE] === undefined ? group : { ...group, slots: { ...group.slots, [AVERAGE]: group.values.slice() } }
  ));
  const unfilled = found.filter((one) => !inPart.includes(one));
  const others = unfilled.flatMap(({ place: { name, shape }, there }) => (
    there === undefined || isDeepStrictEqual(there.shape, shape) ? [] : [`${name} (${shown(shape)}, there ${shown(there.shape)})`]
  ));
  const missing = unfilled.filter(({ there }) => there === undefined).map(({ place }) => place.name);
  const placed = new Set([
    ...places.map(({ name }) => weights.nameThere(name)), ...inPart.flatMap(({ parts }) => parts.map(({ tensor }) => tensor.name)),
  ]);
  const unused = weights.names.filter((name) => !placed.has(name));
  return {
    groups: groupsNow,
    lines: [
      `starting from ${weights.source}: ${matching.length} of ${places.length} tensors have their weights from there`,
      ...(inPart.length === 0 ? [] : [
        `in part there, and otherwise left as the seed draws them: ${inPart.map(({ place, parts }) => inColumns(place, parts)).join(', ')}`,
      ]),
      ...(others.length === 0 ? [] : [`of another shape there, and left as the seed draws them: ${others.join(', ')}`]),
      ...(missing.length === 0 ? [] : [`not there, and left as the seed draws them: ${byNetwork(missing)}`]),
      ...(unused.length === 0 ? [] : [`there, and of no use here: ${byNetwork(unused)}`]),
    ],
  };
}

/** The parts of a tensor that are there, if they are of one of its shape. */
function partsOf({ name, shape }: Place, { parts, nameThere }: TrainedWeights): TensorPart[] {
  return parts.filter(({ of, columns, tensor }) => (
    of === nameThere(name) && columns === shape.at(-1) && isDeepStrictEqual(tensor.shape.slice(0, -1), shape.slice(0, -1))
  ));
}

function fillColumns({ target }: Place, { tensor: { shape, values }, from, columns }: TensorPart): void {
  const width = shape.at(-1) ?? 0;
  for (let row = 0; row * width < values.length; row += 1) {
    target.set(values.subarray(row * width, (row + 1) * width), row * columns + from);
  }
}

/** "encoder.code.weight (columns 0 to 5 of 12)", counted from 0. */
function inColumns({ name, shape }: Place, parts: readonly TensorPart[]): string {
  const columns = parts.map(({ from, tensor }) => `${from} to ${from + (tensor.shape.at(-1) ?? 0) - 1}`);
  return `${name} (columns ${columns.join(' and ')} of ${shape.at(-1) ?? 0})`;
}

function placesOf({ group, values, statistics }: GroupState, layouts: readonly GroupLayout[]): Place[] {
  const layout = layouts.find(({ name }) => name === group);
  if (layout === undefined) throw new TypeError(`no layout describes the group ${group}`);
  const running = statistics === null ? [] : layout.statistics.flatMap(({ name, channels, offset }): Place[] => [
    { name: `${name}.running_mean`, shape: [channels], target: statistics.subarray(offset, offset + channels) },
    { name: `${name}.running_var`, shape: [channels], target: statistics.subarray(offset + channels, offset + 2 * channels) },
  ]);
  return [
    ...layout.segments.map(({ name, shape, offset, length }) => ({ name, shape, target: values.subarray(offset, offset + length) })),
    ...running,
  ];
}

/** "decoder (18 tensors), classifier (6 tensors)". */
function byNetwork(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const [network = name] = name.split('.');
    counts.set(network, (counts.get(network) ?? 0) + 1);
  }
  return [...counts].map(([network, count]) => `${network} (${count} ${count === 1 ? 'tensor' : 'tensors'})`).join(', ');
}

function noneMatches(places: readonly Place[], { source, names }: TrainedWeights): LetheError {
  const [first] = places;
  const expected = `a tensor of the name and shape of one of this run's, such as ${first?.name ?? ''} ${shown(first?.shape ?? [])}`;
  const found = names.length === 0 ? 'no tensors' : `none among those of ${byNetwork(names)}`;
  return new LetheError('CHECKPOINT_MISMATCH', `--init-from: ${source}: expected ${expected}, found ${found}`);
}

function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
