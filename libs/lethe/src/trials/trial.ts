import { createHash } from 'node:crypto';
import type { RunConfig } from '@lethe/config';

/** A value of a setting: whatever JSON can say. */
export type SettingValue = number | string | boolean | null | readonly SettingValue[] | { readonly [key: string]: SettingValue };

/** Values of settings, by dotted path. */
export type Assignment = Readonly<Record<string, SettingValue>>;

/** A trial's complete configuration, and what sets it apart. */
export interface PlannedTrial {
  readonly key: string;
  readonly values: Assignment;
  readonly config: RunConfig;
}

/** Trials that fit their data. */
export interface PlannedTrials {
  readonly trials: readonly PlannedTrial[];
  /** Sentences for the user: which of a recipe's settings are others now, and why. */
  readonly notices: readonly string[];
}

/** Names a configuration by everything that has a part in the result. */
export function trialKey({ cluster: { threads, engine }, ...rest }: RunConfig): string {
  return createHash('sha256').update(JSON.stringify({ ...rest, threads, engine })).digest('hex');
}

/**
 * `waiting`: not begun, or to be gone on with; `stopped`: halving has ended it; `diverged`: something in it was no longer finite;
 * `failed`: it was refused, or crashed twice.
 */
export type TrialState = 'waiting' | 'running' | 'completed' | 'stopped' | 'diverged' | 'failed';

/** One run of several in a folder: what sets it apart, and how far it is. */
export interface Trial {
  /** "003". */
  readonly name: string;
  /** SHA-256 of its configuration: no two trials have the same. */
  readonly key: string;
  readonly values: Assignment;
  /** Epochs of its run, begun ones included; null: its length is in rounds. */
  readonly epochs: number | null;
  readonly state: TrialState;
  /** Times that it was started and came to an end of its own: an interruption, or the end of the sweep, does not count. */
  readonly attempts: number;
  /** What it has reached, by name; NaN: a figure that was not finite. */
  readonly figures: Readonly<Record<string, number>>;
  /** Why it failed; empty if it did not. */
  readonly message: string;
}

/** How far a trial is that a process plays. */
export interface TrialPosition {
  /** What the length of its run is given in. */
  readonly unit: 'epoch' | 'round';
  readonly done: number;
  readonly total: number;
  /** It has been trained; what it has learnt is being measured. */
  readonly isMeasuring: boolean;
}

/** How a trial's process ended. */
export type TrialEnding = 'completed' | 'interrupted' | 'diverged' | 'crashed' | 'refused';

/** Attempts before a trial that crashes has failed: what fails twice at the same place fails again. */
const MOST_ATTEMPTS = 2;

/** The state after a process ended, which halving may have asked for (`wasStopped`). */
export function stateAfter(trial: Pick<Trial, 'attempts'>, ending: TrialEnding, wasStopped: boolean): TrialState {
  switch (ending) {
    case 'completed':
      return 'completed';
    case 'diverged':
      return 'diverged';
    case 'refused':
      return 'failed';
    case 'interrupted':
      return wasStopped ? 'stopped' : 'waiting';
    case 'crashed':
      return trial.attempts < MOST_ATTEMPTS ? 'waiting' : 'failed';
  }
}

/**
 * A trial of a sweep that goes on: what was running when the sweep was killed waits to go on where it was, and what failed is tried
 * again, as its data may be there now, or room on the disk.
 */
export function toBePlayed(trial: Trial): Trial {
  if (trial.state === 'running') return { ...trial, state: 'waiting', attempts: Math.max(0, trial.attempts - 1) };
  return trial.state === 'failed' ? { ...trial, state: 'waiting', attempts: 0, message: '' } : trial;
}

/** Whether nothing is left to do for a trial. */
export function isDone({ state }: Pick<Trial, 'state'>): boolean {
  return state !== 'waiting' && state !== 'running';
}

/** The completed trial with the best figure; null where none has it. A figure that is not finite is never best. */
export function bestTrial(trials: readonly Trial[], figure: string, better: 'lower' | 'higher'): Trial | null {
  const valueOf = ({ figures }: Trial): number => figures[figure] ?? Number.NaN;
  const candidates = trials.filter((trial) => trial.state === 'completed' && Number.isFinite(valueOf(trial)));
  const sign = better === 'lower' ? 1 : -1;
  return candidates.reduce<Trial | null>(
    (best, trial) => (best === null || sign * valueOf(trial) < sign * valueOf(best) ? trial : best),
    null,
  );
}
