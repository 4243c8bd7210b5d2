import type { ConfigLayer, RunConfig } from '@lethe/config';
import type { CacheKindName } from '@lethe/lethe/cache-kinds';
import type { CheckpointRequest, Places, SweepRequest, TrainRequest } from '@lethe/lethe';

/** `lethe train`: start a run or go on with one. */
export interface TrainCommand extends TrainRequest {
  readonly kind: 'train';
  /** No progress, only warnings, errors and the result. */
  readonly quiet: boolean;
}

/** `lethe grid`: draw the style grid of a checkpoint. */
export interface GridCommand extends CheckpointRequest {
  readonly kind: 'grid';
  /** Absolute path of the PNG to write; null: into the run's folder. */
  readonly out: string | null;
}

/** `lethe evaluate`: measure what a checkpoint's encoder has forgotten. */
export interface EvaluateCommand extends CheckpointRequest {
  readonly kind: 'evaluate';
  /** Kinds of probes; null: those that the run names. */
  readonly probes: RunConfig['probes'] | null;
  /** Each probe is trained once from each. */
  readonly seeds: readonly number[];
  /** Null: as many as measure a run of this machine. */
  readonly workers: number | null;
  /** Allow more of them than this machine has cores for. */
  readonly oversubscribe: boolean;
}

/** `lethe checkpoint`: ask a run that is going on for a checkpoint. */
export interface CheckpointCommand extends Places {
  readonly kind: 'checkpoint';
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
}

/** `lethe sweep`: play many configurations, or go on with it. */
export interface SweepCommand extends SweepRequest {
  readonly kind: 'sweep';
}

/** `lethe runs`: what a folder of runs holds. */
export interface RunsCommand extends Places {
  readonly kind: 'runs';
  /** As JSON, for programs. */
  readonly json: boolean;
}

/** `lethe data`: what a data folder holds. */
export interface DataCommand {
  readonly kind: 'data';
  /** Absolute path of the folder to look into. */
  readonly data: string;
  /** Absolute path of the folder for contact sheets. */
  readonly out: string;
  /** How they are read. */
  readonly flags: ConfigLayer;
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
}

/** `lethe cache`: what lies in the cache folder, or its removal. */
export interface CacheCommand {
  readonly kind: 'cache';
  /** What is to be removed; null: nothing. */
  readonly clear: CacheKindName | 'everything' | null;
}

/** `lethe doctor`: what this machine offers. Null: not said. */
export interface DoctorCommand extends Places {
  readonly kind: 'doctor';
  readonly workers: number | null;
  readonly threads: number | null;
  readonly shareGpus: boolean;
  /** Allow more workers than this machine has cores for. */
  readonly oversubscribe: boolean;
  /** The run, as it was typed, of which a bug report is wanted. */
  readonly report: string | null;
}

/** `lethe worker`: join a run on another machine. Its own process reads its flags; here they are known for the help alone. */
export interface WorkerCommand {
  readonly kind: 'worker';
}

/** Nothing to do but to print. */
export interface PrintCommand {
  readonly kind: 'help' | 'version';
  readonly text: string;
}

export type Command =
  | TrainCommand
  | GridCommand
  | CheckpointCommand
  | EvaluateCommand
  | SweepCommand
  | RunsCommand
  | DataCommand
  | CacheCommand
  | DoctorCommand
  | WorkerCommand
  | PrintCommand;
