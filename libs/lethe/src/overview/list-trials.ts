import { basename, join } from 'node:path';
import { gameName } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { RunLock } from '@lethe/run-folder';
import { ends } from '../evaluation/evaluation-figures.js';
import type { NamedFigures } from '../evaluation/shown-figures.js';
import { seedStatistics } from '../trials/seeds/seeds-statistics.js';
import { bestTrial, isDone, type Trial } from '../trials/trial.js';
import type { TrialsFolder } from '../trials/trials-folder.js';
import type { TrialsState } from '../trials/trials-state.js';
import { lastWritten, reachedFigures, type ListedRun } from './listed-run.js';
import type { FoundState } from './run-state.js';

/** What the folder of several runs says of them together. @throws LetheError CONFIG_INVALID for a state or settings that cannot be read */
export async function listTrials(several: TrialsFolder): Promise<ListedRun> {
  const { folder } = several;
  const state = await several.read();
  const [first] = state.trials;
  if (first === undefined) throw new LetheError('CONFIG_INVALID', 'sweep.json: expected trials, found none');
  const config = await several.config(first.name);
  // What was measured again since (`lethe evaluate`) counts.
  const trials = await Promise.all(
    state.trials.map(async (trial) => ({ ...trial, figures: { ...trial.figures, ...(await several.figures(trial.name)) } })),
  );
  return {
    name: basename(folder), folder, kind: state.kind, ...await stateOfTrials(several, trials),
    recipe: config.recipe, game: gameName(config),
    played: { unit: 'run', done: trials.filter(isDone).length, total: trials.length },
    written: await lastWritten([join(folder, 'sweep.json')]),
    figures: reachedFigures(figuresOf({ ...state, trials })),
    problems: [],
  };
}

/** Together they are as far as the one that is the least far; they diverged or failed where none of them is completed. */
async function stateOfTrials(several: TrialsFolder, trials: readonly Trial[]): Promise<FoundState> {
  const holder = await RunLock.heldBy(join(several.folder, 'lock'));
  if (holder !== null) return { state: 'running', remark: `process ${holder.processId} on ${holder.host}` };
  const tasks = await several.tasks.count();
  if (tasks > 0) return { state: 'running', remark: `${tasks} of its runs` };
  // Nobody plays those that were running when they were killed.
  const states = trials.map(({ state }) => (state === 'running' ? 'waiting' : state));
  const counts = [...new Set(states)].sort().map((state) => `${states.filter((other) => other === state).length} ${state}`);
  const remark = counts.length > 1 ? counts.join(', ') : '';
  if (!trials.every(isDone)) return { state: 'interrupted', remark };
  if (states.includes('failed')) return { state: 'failed', remark };
  return { state: states.includes('completed') ? 'complete' : 'diverged', remark };
}

/** What counts of several runs: the best of a sweep, else the means. */
function figuresOf({ kind, best, trials }: Pick<TrialsState, 'kind' | 'best' | 'trials'>): NamedFigures {
  if (kind === 'sweep') return best === null ? {} : (bestTrial(trials, best.figure, best.better)?.figures ?? {});
  const counted = kind === 'seeds' ? trials : trials.filter(({ values }) => values['training'] === 'adaptation');
  const names = [...new Set(counted.flatMap(({ figures }) => Object.keys(figures)))];
  return Object.fromEntries(seedStatistics(counted, names).flatMap(({ figure, mean, interval }) => (
    [[figure, mean] as const, ...(interval === null ? [] : Object.entries(ends(figure, interval)))]
  )));
}
