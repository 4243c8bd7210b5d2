import { usableCores, type Machine } from '@lethe/config';
import { isNativeReady, listGpus, usableGpus } from '@lethe/tensorflow';

/** What this machine offers. */
export interface ThisMachine extends Omit<Machine, 'gpus'> {
  /** By model, in the order of their indices; those that TensorFlow can compute on as it is set up. */
  readonly gpus: readonly string[];
  /** Those that it cannot. */
  readonly unusableGpus: readonly string[];
}

export async function lookAtThisMachine(): Promise<ThisMachine> {
  const found = await listGpus();
  const gpus = usableGpus(found);
  return { cores: usableCores(), engine: isNativeReady() ? 'native' : 'wasm', gpus, unusableGpus: gpus.length === 0 ? found : [] };
}

/** What a configuration's defaults depend on. */
export function machineOf({ cores, engine, gpus }: ThisMachine): Machine {
  return { cores, engine, gpus: gpus.length };
}
