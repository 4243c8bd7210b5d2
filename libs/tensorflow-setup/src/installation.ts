import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import { cacheFolder } from '@lethe/config';
import { LetheError } from '@lethe/errors';

import { thisEnvironment, thisHost } from './this-process.js';
import { buildName, chooseBuild, isCudaBuild } from './wheels.js';

/** File name of the compiled addon inside the cache folder. */
export const ADDON_NAME = 'tfjs_binding.node';
/** The library that keeps TensorFlow quiet while it loads. */
export const QUIET_START_NAME = 'liblethe_quiet_start.so';
/** The file of a finished cache folder that lists the sizes of the others. */
export const COMPLETE_NAME = 'complete.json';
/** The files that a run needs. The size of each is written down, and compared before the folder is trusted. */
export const ESSENTIAL_FILES = [
  ADDON_NAME, QUIET_START_NAME, 'tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2',
];

/** Sizes of the files of a finished cache folder, by path. */
export type FileSizes = Readonly<Record<string, number>>;

/**
 * The folder in the cache that holds native TensorFlow, whole, for this machine; null if none does. Looks only; loads nothing.
 * @param environment names the cache: of this process, or of others that are to find TensorFlow
 */
export function nativeFolder(environment = thisEnvironment()): string | null {
  const name = buildName(thisHost());
  if (name === null) return null;
  const folder = join(cacheFolder(environment), name);
  return completeFiles(folder) === undefined ? null : folder;
}

/** Why there is no `nativeFolder`, and what to do about it. */
export function whyNotNative(environment = thisEnvironment()): LetheError {
  try {
    const { name } = chooseBuild(thisHost());
    return new LetheError(
      'ENGINE_MISSING',
      `Native TensorFlow is not set up (${join(cacheFolder(environment), name)} is not there, or not whole). ` +
        `npx lethe doctor sets it up, and says whether it works.`,
    );
  } catch (error) {
    if (error instanceof LetheError) return error;
    throw error;
  }
}

/** Whether the TensorFlow that is set up here can compute on NVIDIA's GPUs. */
export function isSetUpWithCuda(): boolean {
  const folder = nativeFolder();
  return folder !== null && isCudaBuild(basename(folder));
}

/** The sizes that were written down when the folder was finished; undefined when it is absent, unfinished or damaged. */
export function completeFiles(folder: string): FileSizes | undefined {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, COMPLETE_NAME), 'utf8')) as FileSizes;
    const intact = ESSENTIAL_FILES.every((path) => sizes[path] === statSync(join(folder, path)).size);
    return intact ? sizes : undefined;
  } catch {
    return undefined;
  }
}
