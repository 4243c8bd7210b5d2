import { cacheFolder, usableCores, type Machine } from '@lethe/config';
import type { LetheError } from '@lethe/errors';
import { engineEnvironment, findGpus, type Gpu } from '@lethe/tensorflow';
import { nativeFolder, whyNotNative } from '@lethe/tensorflow-setup';

/** What this machine offers. */
export interface ThisMachine extends Omit<Machine, 'gpus'> {
  /** Those that this process may use and that TensorFlow can compute on as it is set up. */
  readonly gpus: readonly Gpu[];
  /** Why there are none although the machine seems to have some; null: no reason is known. */
  readonly whyNoGpus: string | null;
  /** Why TensorFlow itself cannot be used here, and what to do about it; null: it can. */
  readonly whyNotNative: LetheError | null;
  /** Absolute path of the folder of what its processes and runs keep for each other. */
  readonly cacheFolder: string;
}

/** @throws LetheError DEVICE_PLAN_INVALID if the environment names GPUs that this machine does not have */
export async function lookAtThisMachine(environment: Readonly<Record<string, string | undefined>>): Promise<ThisMachine> {
  const { gpus, whyNone } = await findGpus(environment);
  const isNative = nativeFolder(environment) !== null;
  return {
    cores: usableCores(), engine: isNative ? 'native' : 'wasm', gpus, whyNoGpus: whyNone,
    whyNotNative: isNative ? null : whyNotNative(environment), cacheFolder: cacheFolder(environment),
  };
}

/** What a configuration's defaults depend on. */
export function machineOf({ cores, engine, gpus }: ThisMachine): Machine {
  return { cores, engine, gpus: gpus.length };
}

/**
 * Variables with which TensorFlow computes on all cores of this machine, or on its first GPU, in a process that opens networks. It reads
 * them when they are opened first; without them it computes the same, on fewer cores.
 */
export function computingEnvironment({ cores, gpus }: Pick<ThisMachine, 'cores' | 'gpus'>): Readonly<Record<string, string>> {
  return engineEnvironment({ threads: cores, interOpThreads: 1, gpu: gpus[0] ?? null });
}
