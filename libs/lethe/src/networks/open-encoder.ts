import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { CompiledFunction, LoadedNetworks } from './loaded-networks.js';
import { MemoryReader, type MemoryExamples } from './memory-examples.js';
import { openInMemory, type OpenNetworks, type RunNetworkOptions } from './open-in-memory.js';

/** Which encoder of a run is opened, and how it encodes. */
export interface RunEncoderOptions extends RunNetworkOptions {
  /** Seed of the noise of a variational code. Null: its means, without noise. */
  readonly sampledFrom?: number | null | undefined;
}

/** A trained encoder in this process. */
export interface RunEncoder extends OpenNetworks {
  /** How many features an example has. */
  readonly size: number;
  /** Features [examples, size], float32, of examples in memory. @throws LetheError DATA_INVALID for examples of another shape */
  encode(examples: MemoryExamples): Promise<Float32Array>;
}

/**
 * Opens the encoder of a run's checkpoint. The features are those that the run's own evaluation computes.
 * @param folder of the run
 * @throws LetheError as `openInMemory` does
 */
export function openEncoder(folder: string, { sampledFrom = null, ...options }: RunEncoderOptions = {}): Promise<RunEncoder> {
  return openInMemory(folder, options, {
    ask: ({ description }) => description.objective.encodedSize,
    make: async (loaded, size, { networks, notice }) => {
      const encode = await compileEncoder(loaded, sampledFrom);
      const reader = new MemoryReader(networks.preprocessing);
      return { size, encode: async (examples: MemoryExamples) => encode(reader.read(examples, notice)) };
    },
  });
}

/** Compiles what makes features [examples, encodedSize] of inputs. @param sampledFrom seed of the noise; null: there is none */
export function compileEncoder(loaded: LoadedNetworks, sampledFrom: number | null): Promise<CompiledFunction> {
  const { objective } = loaded.description;
  const generator = sampledFrom === null ? null : xoroshiro128plus(sampledFrom);
  return loaded.compile({
    name: 'encode', compute: (context) => objective.encode(context),
    seeds: generator === null ? null : () => [generator.next(), generator.next()],
  });
}
