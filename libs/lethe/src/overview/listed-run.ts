import { stat } from 'node:fs/promises';
import type { NamedFigures } from '../evaluation/shown-figures.js';
import { shownFigures } from '../evaluation/shown-figures.js';
import { ends, intervalOf } from '../evaluation/evaluation-figures.js';
import type { TrialsKind } from '../trials/trials-state.js';
import type { FoundState } from './run-state.js';

/** How far something is, in what its length is given in. */
export interface PlayedLength {
  readonly unit: 'epoch' | 'round' | 'run';
  readonly done: number;
  readonly total: number;
}

/** A run of a folder of runs, or several runs that belong together. */
export interface ListedRun extends FoundState {
  /** Of its folder. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  /** One run, or several: a sweep, kinds of runs that are compared, a run from each of some seeds. */
  readonly kind: 'run' | TrialsKind;
  readonly recipe: string;
  readonly game: string;
  readonly played: PlayedLength;
  /** When its settings, its metrics or its results were last written: ISO 8601, UTC. */
  readonly written: string;
  /**
   * What it reached, by the names that `sweep.csv` has, with the ends of 95 % intervals as `NAME_low` and `NAME_high`. Of a sweep it is
   * what its best trial reached, of runs from several seeds the means, of a comparison the means of the runs that adapt.
   */
  readonly figures: NamedFigures;
  /** What is wrong with files of it that cannot be read; the rest is listed all the same. */
  readonly problems: readonly string[];
}

/** Figures that say how a run was made, not what it reached. */
const OF_THE_MAKING: readonly string[] = ['epochs', 'test_examples', 'wall_seconds'];

/** Those of the figures that say what a run reached, with their intervals. */
export function reachedFigures(figures: NamedFigures): NamedFigures {
  const shown = shownFigures([figures], 'main').filter((name) => !OF_THE_MAKING.includes(name));
  return Object.fromEntries(shown.flatMap((name) => {
    const interval = intervalOf(figures, name);
    return [[name, figures[name] ?? Number.NaN] as const, ...(interval === null ? [] : Object.entries(ends(name, interval)))];
  }));
}

/** When the last written of these files was: ISO 8601, UTC. Files that are not there do not count. */
export async function lastWritten(files: readonly string[]): Promise<string> {
  const times = await Promise.all(files.map((file) => stat(file).then(({ mtimeMs }) => mtimeMs, () => 0)));
  return new Date(times.reduce((last, time) => (time > last ? time : last), 0)).toISOString();
}
