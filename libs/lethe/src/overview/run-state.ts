import { newestCheckpoint } from '@lethe/checkpoint';
import type { RunFolder } from '@lethe/run-folder';
import { isComplete, readSummary } from '../evaluation/final-figures.js';
import { lastFailure } from '../run/run-log.js';

/**
 * How a run is: `running`: a process plays or measures it; `complete`: all is played; `interrupted`: `--resume` goes on with it, as it was
 * stopped or killed; `diverged`: something in it was no longer finite; `failed`: something went wrong.
 */
export type StateOfRun = 'running' | 'complete' | 'interrupted' | 'diverged' | 'failed';

/** A state, and what is to be said of it; empty: nothing. */
export interface FoundState {
  readonly state: StateOfRun;
  readonly remark: string;
}

/** How a run is, by its lock, its summary, its checkpoints and its log. */
export async function stateOfRun(run: RunFolder): Promise<FoundState> {
  const holder = await run.heldBy();
  if (holder !== null) return { state: 'running', remark: `process ${holder.processId} on ${holder.host}` };
  const summary = await readSummary(run.folder);
  if (await run.wasKilled()) {
    const isSummedUp = summary !== null && await run.isOver();
    return isSummedUp ? ended(summary.ending, isComplete(summary)) : { state: 'interrupted', remark: 'its process was killed' };
  }
  if (summary !== null && await roundsSaved(run) <= summary.rounds) return ended(summary.ending, isComplete(summary));
  const failure = await lastFailure(run);
  return { state: failure?.isInterrupted === true ? 'interrupted' : 'failed', remark: failure?.message ?? '' };
}

function ended(ending: string, isPlayed: boolean): FoundState {
  const remark = ending === 'stopped early' ? ending : '';
  return { state: isPlayed ? 'complete' : ending === 'diverged' ? 'diverged' : 'interrupted', remark };
}

/** Rounds of the newest checkpoint: a life of the run that ended without a summary may have made more than the summary knows. */
async function roundsSaved({ checkpoints }: RunFolder): Promise<number> {
  const name = await newestCheckpoint(checkpoints).catch(() => null);
  return Number(/^round-(\d+)/.exec(name ?? '')?.[1] ?? 0);
}
