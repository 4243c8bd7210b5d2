import type { ConfigLayer, JoinOptions } from '@lethe/config';
import type { HalvingOptions, SearchSpace } from '@lethe/sweep';
import type { DataReading } from '../sweep/data-reading.js';

/** `lethe train`: start a run or go on with one. */
export interface TrainCommand {
  readonly kind: 'train';
  /** Settings given as flags. */
  readonly flags: ConfigLayer;
  /** Absolute path of the configuration file, or null. */
  readonly configFile: string | null;
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
  /** Name of the new run's folder; null: make one up. */
  readonly runName: string | null;
  /** Absolute path of the folder that holds runs. */
  readonly runsFolder: string;
  /** Run to go on with, as it was typed (see `findRunFolder`); null: a new run. */
  readonly resume: string | null;
  /** Take the run over from a process of another host, which cannot be known to be gone. */
  readonly breakLock: boolean;
  /** No progress, only warnings, errors and the result. */
  readonly quiet: boolean;
  /** Leave a trace of what every process did in each round. */
  readonly trace: boolean;
  /** Seeds of the runs to play; null: one run from the seed of the settings. */
  readonly seeds: readonly number[] | null;
}

/** `lethe grid`: draw the style grid of a checkpoint. */
export interface GridCommand {
  readonly kind: 'grid';
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  readonly folder: string;
  readonly runsFolder: string;
  /** Where the run's data lie now, if that was said. */
  readonly flags: ConfigLayer;
  /** Absolute path of the PNG to write; null: into the run's folder. */
  readonly out: string | null;
  /** Which checkpoint: the last, the best by the monitored figure, or the one after a round. */
  readonly checkpoint: 'latest' | 'best' | number;
}

/** `lethe evaluate`: measure what a checkpoint's encoder has forgotten. */
export interface EvaluateCommand {
  readonly kind: 'evaluate';
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  readonly folder: string;
  readonly runsFolder: string;
  /** Where the run's data lie now, if that was said. */
  readonly flags: ConfigLayer;
  readonly checkpoint: 'latest' | 'best' | number;
  /** Each probe is trained once from each. */
  readonly seeds: readonly number[];
  readonly workers: number;
  /** Allow more of them than this machine has cores for. */
  readonly oversubscribe: boolean;
}

/** `lethe checkpoint`: ask a run that is going on for a checkpoint. */
export interface CheckpointCommand {
  readonly kind: 'checkpoint';
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  readonly folder: string;
  readonly runsFolder: string;
}

/** `lethe sweep`: play many configurations, or go on with it. */
export interface SweepCommand {
  readonly kind: 'sweep';
  readonly folder: string;
  /** What to try for each setting. */
  readonly space: SearchSpace;
  /** Absolute path of a configuration file under all trials, or null. */
  readonly configFile: string | null;
  /** Absolute path of a JSON list with the settings of one trial each, or null. */
  readonly listFile: string | null;
  /** So many trials drawn at random; null: all combinations. */
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
  readonly runsFolder: string;
  readonly resume: string | null;
  /** Take it and its trials over from processes of another host, which cannot be known to be gone. */
  readonly breakLock: boolean;
}

/** `lethe data`: what a data folder holds. */
export interface DataCommand {
  readonly kind: 'data';
  /** Absolute path of the folder to look into. */
  readonly data: string;
  /** Absolute path of the folder for contact sheets. */
  readonly out: string;
  /** Most that packed files may be unpacked to. */
  readonly unpackedGiB: number;
  readonly folder: string;
}

/** `lethe doctor`: what this machine offers. Null: not said. */
export interface DoctorCommand {
  readonly kind: 'doctor';
  readonly workers: number | null;
  readonly threads: number | null;
  readonly shareGpus: boolean;
  /** Allow more workers than this machine has cores for. */
  readonly oversubscribe: boolean;
}

/** `lethe worker`: join a run on another machine. */
export interface WorkerCommand {
  readonly kind: 'worker';
  readonly join: JoinOptions;
}

/** Nothing to do but to print. */
export interface PrintCommand {
  readonly kind: 'help' | 'version';
  readonly text: string;
}

export type Command = TrainCommand | GridCommand | CheckpointCommand | EvaluateCommand | SweepCommand | DataCommand | DoctorCommand | WorkerCommand | PrintCommand;
