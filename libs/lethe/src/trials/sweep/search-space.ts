import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Assignment, SettingValue } from '../trial.js';

/** Values to try: these, or any between two bounds (with `--random` only). */
export type Candidates =
  | { readonly kind: 'values'; readonly values: readonly SettingValue[] }
  | { readonly kind: 'range'; readonly low: number; readonly high: number };

/** What to try for each setting, by dotted path. */
export type SearchSpace = Readonly<Record<string, Candidates>>;

/** Every combination; the last setting changes fastest. */
export function grid(space: SearchSpace): Assignment[] {
  return Object.entries(space).reduce<Assignment[]>((assignments, [path, candidates]) => {
    if (candidates.kind === 'range') throw new TypeError(`a grid over the range of ${path} has no end`);
    return assignments.flatMap((assignment) => candidates.values.map((value) => ({ ...assignment, [path]: value })));
  }, [{}]);
}

/**
 * `count` combinations drawn at random, each value by itself: of a range evenly on a logarithmic scale if its bounds are above 0,
 * and whole numbers if its bounds are whole. The same seed draws the same.
 */
export function random(space: SearchSpace, count: number, seed: number): Assignment[] {
  const generator = xoroshiro128plus(seed);
  const draw = (): number => uniformFloat64(generator);
  return Array.from({ length: count }, () =>
    Object.fromEntries(Object.entries(space).map(([path, candidates]) => [path, drawn(candidates, draw())])),
  );
}

function drawn(candidates: Candidates, share: number): SettingValue {
  if (candidates.kind === 'values')
    return candidates.values[Math.min(candidates.values.length - 1, Math.floor(share * candidates.values.length))] ?? 0;
  const { low, high } = candidates;
  const value = low > 0 ? low * (high / low) ** share : low + (high - low) * share;
  if (Number.isInteger(low) && Number.isInteger(high)) return Math.round(value);
  return Number(value.toPrecision(3));
}
