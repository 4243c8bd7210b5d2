import type { ConfigLayer, LogLevel, RunConfig } from '@lethe/config';
import type {
  EncodeFilesRequest, PredictFilesRequest, RedrawFilesRequest, SettingRange, SettingValue, SweepOptions, TrainOptions, TrainSeveralOptions,
  WhichCheckpoint,
} from '@lethe/lethe';
import type { CacheKindName } from '@lethe/lethe/cache-kinds';
import type { PlacingWords } from './placing-flags.js';

/** Where runs are looked for. */
interface Places {
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
  /** Absolute path of the folder that holds runs. */
  readonly runsFolder: string;
}

/** What is asked of the logs of all processes. */
interface Logging {
  readonly logLevel: LogLevel;
}

/** A checkpoint of a run, as it was typed. */
interface CheckpointRequest extends Places, Logging {
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  /** Where the run's data lie now, if that was said. */
  readonly flags: ConfigLayer;
  readonly checkpoint: WhichCheckpoint;
}

/** What flags say of a run besides its settings, as the library takes it. Undefined: not said. */
type RunOptions = Required<
  Pick<TrainOptions, 'configFile' | 'name' | 'resume' | 'trace' | 'measuringWorkers'> & Pick<TrainSeveralOptions, 'seeds'>
>;

/** `lethe train`: start a run or go on with one. */
export interface TrainCommand extends Places, Logging, RunOptions {
  readonly kind: 'train';
  /** Settings given as flags. */
  readonly flags: ConfigLayer;
  readonly breakLock: boolean;
  readonly placing: PlacingWords;
  /** No progress, only warnings, errors and the result. */
  readonly quiet: boolean;
  /** Say what the run would be, and start and write nothing. */
  readonly dryRun: { readonly json: boolean } | null;
}

/** `lethe new game`: write a start for a game of the user's own. */
export interface NewCommand {
  readonly kind: 'new';
  /** Absolute path of the folder to write into. */
  readonly out: string;
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
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

/** `lethe export`: write the networks of a checkpoint down for other programs. */
export interface ExportCommand extends Places {
  readonly kind: 'export';
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  readonly checkpoint: WhichCheckpoint;
  /** Absolute path of the folder to make. */
  readonly out: string;
}

/** `lethe checkpoint`: ask a run that is going on for a checkpoint. */
export interface CheckpointCommand extends Places {
  readonly kind: 'checkpoint';
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
}

/** What to try for a setting: these values, or any between two bounds. */
export type Candidates =
  | { readonly kind: 'values'; readonly values: readonly SettingValue[] }
  | ({ readonly kind: 'range' } & SettingRange);

/** What to try for each setting, by dotted path. */
export type SearchSpace = Readonly<Record<string, Candidates>>;

/** `lethe sweep`: play many configurations, or go on with it. Null: not said. */
export interface SweepCommand extends Places, Logging {
  readonly kind: 'sweep';
  readonly space: SearchSpace;
  /** Absolute path of a configuration file under all trials. */
  readonly configFile: string | null;
  /** Absolute path of a JSON list with the settings of one trial each. */
  readonly listFile: string | null;
  /** Number of trials drawn at random; null: all combinations. */
  readonly random: number | null;
  /** How the data of a sweep that goes on are read now: the only settings that may change. */
  readonly resumedData: { readonly folder: string | null; readonly unpackedGiB: number | null };
  readonly drawSeed: number;
  readonly trialsAtOnce: number | null;
  readonly halving: NonNullable<SweepOptions['halving']> | null;
  readonly best: NonNullable<SweepOptions['best']> | null;
  readonly name: string | null;
  readonly resume: string | null;
  readonly placing: PlacingWords;
  /** Each trial is a task of a job array. */
  readonly jobArray: boolean;
  /** Say what it would be, and start and write nothing. */
  readonly dryRun: boolean;
  /** With `dryRun`: as JSON. */
  readonly json: boolean;
  /** Take it and its trials over from processes of another host. */
  readonly breakLock: boolean;
}

/** `lethe runs`: what a folder of runs holds. */
export interface RunsCommand extends Places {
  readonly kind: 'runs';
  /** As JSON, for programs. */
  readonly json: boolean;
}

/** `lethe compare`: what runs differ in. */
export interface CompareCommand extends Places {
  readonly kind: 'compare';
  /** Two or more, as they were typed. */
  readonly runs: readonly string[];
  /** As JSON, for programs. */
  readonly json: boolean;
}

/** `lethe status`: how a run is, and the job that plays it. */
export interface StatusCommand extends Places {
  readonly kind: 'status';
  /** The run, as it was typed. */
  readonly run: string;
  /** As JSON, for programs. */
  readonly json: boolean;
}

/** `lethe cancel`: ask whoever plays a run to end. */
export interface CancelCommand extends Places {
  readonly kind: 'cancel';
  /** The run, as it was typed. */
  readonly run: string;
  /** Save nothing more. */
  readonly atOnce: boolean;
}

/** `lethe data`: what a data folder holds. */
export interface DataCommand {
  readonly kind: 'data';
  /** Absolute path of the folder to look into; null: an own reader makes its examples. */
  readonly data: string | null;
  /** Absolute path of the folder for contact sheets. */
  readonly out: string;
  /** How they are read. */
  readonly flags: ConfigLayer;
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
}

/** `lethe encode`: features of a user's examples. */
export interface EncodeCommand extends EncodeFilesRequest {
  readonly kind: 'encode';
}

/** `lethe predict`: what a run keeps, predicted of a user's examples. */
export interface PredictCommand extends PredictFilesRequest {
  readonly kind: 'predict';
}

/** `lethe redraw`: a user's images under another label. */
export interface RedrawCommand extends RedrawFilesRequest {
  readonly kind: 'redraw';
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
  | NewCommand
  | GridCommand
  | CheckpointCommand
  | EvaluateCommand
  | ExportCommand
  | SweepCommand
  | RunsCommand
  | CompareCommand
  | StatusCommand
  | CancelCommand
  | DataCommand
  | EncodeCommand
  | PredictCommand
  | RedrawCommand
  | CacheCommand
  | DoctorCommand
  | WorkerCommand
  | PrintCommand;
