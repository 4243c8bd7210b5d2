import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Absolute path of the folder of what all processes and runs of a machine keep for each other: TensorFlow, judges, decoded inputs.
 * @param environment LETHE_CACHE names it; otherwise it is `lethe` where the system keeps caches
 */
export function cacheFolder({ LETHE_CACHE, XDG_CACHE_HOME }: Readonly<Record<string, string | undefined>>): string {
  return LETHE_CACHE ? resolve(LETHE_CACHE) : join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lethe');
}
