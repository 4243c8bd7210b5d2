import type { CompleteSettings } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { RunEvaluation } from '@lethe/evaluation';
import type { MetricsLine } from '@lethe/run-folder';
import { epochFigures } from '../record/metrics.js';
import type { RunHistory } from '../record/run-history.js';
import type { RunControl, RunStage } from './run-control.js';
import type { RunSummary } from './summary.js';
import type { RunEnding } from './training-run.js';

/** A round that is in the weights. */
export interface Round {
  /** Rounds played, with this one: 1 after the first. */
  readonly round: number;
  /** By the names that the game gives them, such as `reconstruction`; those of the round's own batch. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of the last rounds; 0: not known yet. */
  readonly examplesPerSecond: number;
}

/** An epoch that is over. */
export interface Epoch {
  /** 1 after the first. */
  readonly epoch: number;
  /** Rounds played. */
  readonly round: number;
  /** Figures of the held-out examples by name, such as `reconstruction_mse`; none where nothing is held out. */
  readonly heldOut: Readonly<Record<string, number>>;
}

/** What a run came to. */
export interface TrainedRun {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** `interrupted`: a signal asked for that, and a checkpoint is saved; `diverged`: something in it was no longer finite. */
  readonly ending: RunEnding;
  /** Rounds of which there is a checkpoint. */
  readonly rounds: number;
  /** Rounds that it was to have. */
  readonly totalRounds: number;
  readonly config: CompleteSettings;
  /** What `summary.json` in its folder has. */
  readonly summary: RunSummary;
  /** What `evaluation.json` has: what its features keep and what is read of what they forget. Null: it was not measured. */
  readonly measures: RunEvaluation | null;
  /** What is not finite in a run that diverged, or why one was not measured that was to be; else null. */
  readonly failure: Error | null;
  /** Absolute path of the trace of what each process did; null: none was asked for. */
  readonly traceFile: string | null;
}

/**
 * A run that is being played: its rounds, one after another, and what it came to. It goes on whether somebody follows it or not, and
 * whether they stop: only the signal and `kill` end it early. Each loop begins with the first round that this process played, at its own
 * pace: the last 256 rounds and epochs wait in memory, earlier ones are read from `metrics.jsonl` in the run's folder. A loop throws what
 * `done` is rejected with.
 */
export interface LiveRun extends AsyncIterable<Round> {
  /**
   * What it came to, once its processes have ended: also if it was interrupted, or diverged (see `ending` and `failure`).
   *
   * It is rejected with a `LetheError` of one of these codes: CONFIG_INVALID, DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, RUN_EXISTS,
   * RUN_MISSING, RUN_LOCKED, CHECKPOINT_MISMATCH, DEVICE_PLAN_INVALID, ADDRESS_INVALID for what was asked for, before anything starts;
   * INTERRUPTED if it was to end before there was anything to save, or was killed; PROCESS_DIED, WORKERS_MISSING, STORAGE_FAILED and others
   * for what went wrong later.
   */
  readonly done: Promise<TrainedRun>;
  /** How far it is. */
  readonly stage: RunStage;
  /** Absolute path of its folder; null before there is one. */
  readonly folder: string | null;
  /** Its epochs, from the first that this process ends. */
  epochs(): AsyncIterableIterator<Epoch>;
  /** Has it save a checkpoint after the round under way, and go on. */
  checkpoint(): void;
  /**
   * Ends all of its processes at once. What was computed since the last checkpoint is lost, and `done` is rejected with INTERRUPTED; what
   * is only measured can be measured later, and `done` comes without measures.
   *
   * @param reason - the message of that error
   */
  kill(reason?: string): void;
}

/** What a live run is made of. */
interface LiveRunParts {
  readonly control: RunControl;
  readonly history: RunHistory;
  readonly done: Promise<TrainedRun>;
  readonly folder: () => string | null;
}

/** Gives a run to whoever called for it. */
export function liveRun({ control, history, done, folder }: LiveRunParts): LiveRun {
  const lines = (): AsyncGenerator<MetricsLine, void, undefined> => {
    // Whoever follows hears of a failure there.
    done.catch(() => undefined);
    return history.lines();
  };
  return {
    done,
    get stage() { return control.stage; },
    get folder() { return folder(); },
    async *[Symbol.asyncIterator]() {
      for await (const line of lines()) if (line.kind === 'round') yield roundOf(line);
    },
    async *epochs() {
      for await (const line of lines())
        if (line.kind === 'epoch') yield { epoch: Number(line['epoch']), round: line.round, heldOut: epochFigures(line) };
    },
    checkpoint: () => { control.askForCheckpoint(); },
    kill: (reason = 'killed') => { control.kill(new LetheError('INTERRUPTED', reason)); },
  };
}

/** Figures of a round's line that are no losses. */
const NO_LOSSES = new Set(['kind', 'round', 'images_per_second', 'wire_mb', 'wire_surplus_percent']);

function roundOf(line: MetricsLine): Round {
  const losses = Object.entries(line).filter(([name]) => !NO_LOSSES.has(name));
  return {
    round: line.round, losses: Object.fromEntries(losses.map(([name, value]) => [name, Number(value)])),
    examplesPerSecond: Number(line['images_per_second']),
  };
}
