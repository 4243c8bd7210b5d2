import type { RunConfig } from '@lethe/config';
import { loadEngine, type Engine } from '@lethe/tensorflow';

/** The engine of a run's configuration in this process; WebAssembly where native TensorFlow is not there, which `notice` hears. */
export function engineOfRun({ cluster }: RunConfig, notice: (line: string) => void): Promise<Engine> {
  return loadEngine({ prefer: cluster.engine === 'wasm' ? 'wasm' : 'native', allowFallback: true, warn: notice });
}
