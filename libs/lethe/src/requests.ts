import type { WhichCheckpoint } from '@lethe/checkpoint';
import type { ConfigLayer, LogLevel } from '@lethe/config';
import type { Placing } from './placing/placing.js';
import type { HalvingOptions } from './trials/asynchronous-halving.js';
import type { SearchSpace } from './trials/sweep/search-space.js';

/** Where runs are looked for. */
export interface Places {
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
  /** Absolute path of the folder that holds runs. */
  readonly runsFolder: string;
}

/** What is asked of the logs of all processes. It has no part in what is computed. */
export interface Logging {
  readonly logLevel: LogLevel;
}

/** A run to start, or to go on with. */
export interface TrainRequest extends Places, Logging {
  /** Settings given as flags. */
  readonly flags: ConfigLayer;
  /** Absolute path of the configuration file, or null. */
  readonly configFile: string | null;
  /** Name of the new run's folder; null: make one up. */
  readonly runName: string | null;
  /** Run to go on with, as it was typed (see `findRunFolder`); null: a new run. */
  readonly resume: string | null;
  /** Take the run over from a process of another host, which cannot be known to be gone. */
  readonly breakLock: boolean;
  /** Leave a trace of what every process did in each round. */
  readonly trace: boolean;
  /** Most workers on this machine that measure at the end, if the run has not more; null: as many as its cores allow. */
  readonly measuringWorkers: number | null;
  /** Where its workers run; null: on this machine. */
  readonly placing: Placing | null;
  /** Seeds of the runs to play; null: one run from the seed of the settings. */
  readonly seeds: readonly number[] | null;
}

/** A checkpoint of a run, as it was typed. */
export interface CheckpointRequest extends Places, Logging {
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  /** Where the run's data lie now, if that was said. */
  readonly flags: ConfigLayer;
  /** Which checkpoint: the last, the best by the monitored figure, or the one after a round. */
  readonly checkpoint: WhichCheckpoint;
}

/** How the data of trials that go on are read now, which has no part in what they compute. Null: as when they were begun. */
export interface DataReading {
  /** Absolute path of the folder where they lie. */
  readonly folder: string | null;
  /** Most that packed files may be unpacked to. */
  readonly unpackedGiB: number | null;
}

/** Data that are read as they were when the trials were begun. */
export const AS_BEFORE: DataReading = { folder: null, unpackedGiB: null };

/** Many configurations to play, or to go on with. */
export interface SweepRequest extends Places, Logging {
  /** What to try for each setting. */
  readonly space: SearchSpace;
  /** Absolute path of a configuration file under all trials, or null. */
  readonly configFile: string | null;
  /** Absolute path of a JSON list with the settings of one trial each, or null. */
  readonly listFile: string | null;
  /** Number of trials drawn at random; null: all combinations. */
  readonly random: number | null;
  /** How the data of a sweep that goes on are read now: the only settings that may change. */
  readonly resumedData: DataReading;
  readonly drawSeed: number;
  /** Null: not said. */
  readonly trialsAtOnce: number | null;
  readonly halving: (HalvingOptions & { readonly figure: string }) | null;
  /** Null: not said. */
  readonly best: { readonly figure: string; readonly better: 'lower' | 'higher' } | null;
  readonly name: string | null;
  readonly resume: string | null;
  /** Where its trials are played; null: on this machine. */
  readonly placing: Placing | null;
  /** Number, from 1, of the trial that is to be played alone, as other processes play others; null: all are. */
  readonly trial: number | null;
  /** Take it and its trials over from processes of another host, which cannot be known to be gone. */
  readonly breakLock: boolean;
}
