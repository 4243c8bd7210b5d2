import { entryOf } from '@lethe/errors';
import type { GroupLayout } from '@lethe/protocol';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { InitialValues, NetworkSpec } from './network.js';

/**
 * The starting values of a group's flat vector: PyTorch's distributions, drawn tensor by tensor from a generator seeded
 * by the run's seed and the tensor's name, so that adding a network leaves the others as they were.
 */
export function initialValues(layout: GroupLayout, networks: readonly NetworkSpec[], seed: number): Float32Array {
  const values = new Float32Array(layout.length);
  const initials = new Map<string, InitialValues>();
  for (const network of networks) for (const tensor of network.tensors) initials.set(`${network.name}.${tensor.name}`, tensor.initial);
  for (const segment of layout.segments) {
    const initial = entryOf(initials, segment.name, 'the description of the networks');
    const target = values.subarray(segment.offset, segment.offset + segment.length);
    if (initial.kind === 'identity') fillIdentities(target, segment.shape.at(-1) ?? 1);
    else fillInitial(target, initial, seedOf(segment.name, seed));
  }
  return values;
}

/** Running means start at 0, running variances at 1. */
export function initialStatistics(layout: GroupLayout): Float32Array {
  const statistics = new Float32Array(layout.statisticsLength);
  for (const { offset, channels } of layout.statistics) statistics.fill(1, offset + channels, offset + 2 * channels);
  return statistics;
}

/** Square matrices, one behind the other. */
function fillIdentities(target: Float32Array, size: number): void {
  for (let index = 0; index < target.length; index += 1) target[index] = Number((index % (size * size)) % (size + 1) === 0);
}

function fillInitial(target: Float32Array, initial: Exclude<InitialValues, { readonly kind: 'identity' }>, seed: number): void {
  if (initial.kind === 'constant') {
    target.fill(initial.value);
    return;
  }
  const generator = xoroshiro128plus(seed);
  const draw = initial.kind === 'uniform'
    ? () => (2 * uniformFloat64(generator) - 1) * initial.bound
    : () => standardNormal(uniformFloat64(generator), uniformFloat64(generator)) * initial.deviation;
  for (let index = 0; index < target.length; index += 1) target[index] = draw();
}

/** A normal number of two uniform ones in [0, 1), by the transform of Box and Muller. */
function standardNormal(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
}

/** FNV-1a over the name, mixed with the run's seed. */
function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return hash | 0;
}
