import { resolve } from 'node:path';

import { cacheFolder } from '@lethe/config';

import { nativeFolder } from './installation.js';
import { thisEnvironment, thisHost } from './this-process.js';

/** What a set-up says meanwhile, and what ends it. */
export interface SetUpOptions {
  /** Hears each step as it begins. */
  readonly report: (line: string) => void;
  /** Folder of the cache to install it in, as runs with the same `cacheDir` look for it. Default: that of this process. */
  readonly cacheDir?: string | undefined;
  /** Cancels between steps and removes what was built so far. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes native TensorFlow loadable on this machine, once for each user: downloads it and compiles the binding, unless the cache has it.
 *
 * @throws LetheError ENGINE_UNSUPPORTED_PLATFORM where there is none for this kind of machine: runs compute on WebAssembly there
 * @throws LetheError ENGINE_SETUP_FAILED saying what to do about it, INTERRUPTED
 */
export async function setUpNative({ cacheDir, report, signal }: SetUpOptions): Promise<void> {
  const environment = cacheDir === undefined ? thisEnvironment() : { ...thisEnvironment(), LETHE_CACHE: resolve(cacheDir) };
  if (nativeFolder(environment) !== null) return;
  const { provision } = await import('./provision.js');
  await provision(thisHost(), { cache: cacheFolder(environment), environment, report, signal });
}
