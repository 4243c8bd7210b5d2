import { resolve } from 'node:path';
import { DEFAULT_LOG_LEVEL, type LogLevel } from '@lethe/config';
import { processEnvironment, type Environment } from './process-environment.js';
import type { Logging, Places } from './requests.js';
import { lookAtThisMachine, type ThisMachine } from './this-machine.js';

/** Where runs are looked for, or made. */
export interface PlaceOptions {
  /** Absolute path of the folder where relative paths start, those in settings too. Default: the working folder of this process. */
  readonly folder?: string | undefined;
  /** Folder that holds runs. Default: `runs`. */
  readonly runsDir?: string | undefined;
}

/** What everything takes that starts processes. */
export interface CommonOptions extends PlaceOptions {
  /**
   * Folder of what processes and runs keep for each other, TensorFlow too. Default: what LETHE_CACHE says, else `lethe` where the system
   * keeps caches.
   */
  readonly cacheDir?: string | undefined;
  /** The environment that the processes are started with. Default: that of this process. */
  readonly environment?: Environment | undefined;
  /** What this machine offers, where that has been looked up already (`lookAtThisMachine`). */
  readonly machine?: ThisMachine | undefined;
  /** How messages name the setting at a dotted path such as `objective.beta`. Default: as it was given. */
  readonly nameOf?: ((path: string) => string) | undefined;
  /** Least important lines in the logs of all processes. Default: `info`. */
  readonly logLevel?: LogLevel | undefined;
  /** Hears each line that somebody should know; those that begin with `warning: ` more than others. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** What these options come to. */
export interface Surroundings extends Places, Logging {
  readonly environment: Environment;
  readonly machine: ThisMachine;
}

/** Absolute paths of where runs are. */
export function placesOf({ folder = process.cwd(), runsDir = 'runs' }: PlaceOptions): Places {
  return { folder: resolve(folder), runsFolder: resolve(folder, runsDir) };
}

/** What these options come to on this machine. @throws LetheError DEVICE_PLAN_INVALID if the environment names GPUs that are not there */
export async function surroundingsOf(options: CommonOptions): Promise<Surroundings> {
  const environment = environmentOf(options);
  const { machine, cacheDir, logLevel = DEFAULT_LOG_LEVEL } = options;
  return {
    ...placesOf(options), environment, logLevel,
    machine: machine === undefined || cacheDir !== undefined ? await lookAtThisMachine(environment) : machine,
  };
}

/** The environment of processes, which names the cache. */
export function environmentOf(
  { environment = processEnvironment(), cacheDir, ...places }: Pick<CommonOptions, 'environment' | 'cacheDir' | 'folder'>,
): Environment {
  const cache = cacheDir ?? environment['LETHE_CACHE'] ?? '';
  // The processes of a run work in other folders, and are to find the same one.
  return cache === '' ? environment : { ...environment, LETHE_CACHE: resolve(placesOf(places).folder, cache) };
}

/** Calls what a caller gave. What it throws ends this process as any uncaught error does, and never the run amid a round. */
export function tell<Told>(callback: ((told: Told) => void) | undefined, told: Told): void {
  try {
    callback?.(told);
  } catch (error) {
    queueMicrotask(() => { throw error; });
  }
}
