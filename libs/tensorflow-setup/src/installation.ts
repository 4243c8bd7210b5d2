import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { isCudaBuild } from './wheels.js';

const require = createRequire(import.meta.url);

/** File name of the compiled addon inside the cache folder. */
export const ADDON_NAME = 'tfjs_binding.node';
/** The library that keeps TensorFlow quiet while it loads. */
export const QUIET_START_NAME = 'liblethe_quiet_start.so';
/** Where @tensorflow/tfjs-node-gpu looks for its addon on every Node that Lethe supports. */
export const ADDON_PLACE = `lib/napi-v8/${ADDON_NAME}`;
/** The file of a finished cache folder that lists the sizes of the others. */
export const COMPLETE_NAME = 'complete.json';
/** The files that a run needs. The size of each is written down, and compared before the folder is trusted. */
export const ESSENTIAL_FILES = [
  ADDON_NAME, QUIET_START_NAME, 'tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2',
];

/** Sizes of the files of a finished cache folder, by path. */
export type FileSizes = Readonly<Record<string, number>>;

/** Where the set-up links the compiled addon, before and after the link is there. */
export function addonPath(): string {
  return join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), ADDON_PLACE);
}

/** Whether native TensorFlow has been set up. Looks only; loads nothing. */
export function isNativeReady(): boolean {
  return existsSync(addonPath());
}

/** The cache folder that holds TensorFlow; null before the set-up. */
export function nativeFolder(): string | null {
  return isNativeReady() ? dirname(realpathSync(addonPath())) : null;
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
