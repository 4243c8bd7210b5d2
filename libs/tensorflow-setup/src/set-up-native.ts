import { cacheFolder } from '@lethe/config';

import { nativeFolder } from './installation.js';
import { thisEnvironment, thisHost } from './this-process.js';

/** What a set-up says meanwhile, and what ends it. */
export interface SetUpOptions {
  /** Hears each step as it begins. */
  readonly report: (line: string) => void;
  /** Cancels between steps and removes what was built so far. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes native TensorFlow loadable on this machine, once for each user: downloads it and compiles the binding, unless the cache has it.
 *
 * @throws LetheError ENGINE_UNSUPPORTED_PLATFORM where there is none for this kind of machine: runs compute on WebAssembly there
 * @throws LetheError ENGINE_SETUP_FAILED saying what to do about it, INTERRUPTED
 */
export async function setUpNative({ report, signal }: SetUpOptions): Promise<void> {
  if (nativeFolder() !== null) return;
  const { provision } = await import('./provision.js');
  await provision(thisHost(), { cache: cacheFolder(thisEnvironment()), environment: thisEnvironment(), report, signal });
}
