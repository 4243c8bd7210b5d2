import type { WhichCheckpoint } from '@lethe/checkpoint';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { LoadedNetworks, type CompiledFunction } from './loaded-networks.js';
import { MemoryReader, type MemoryExamples } from './memory-examples.js';
import { openRunNetworks, type RunNetworks, type RunNetworksRequest } from './open-run-networks.js';

/** How examples are encoded. */
export interface EncoderOptions {
  /** Seed of the noise of a variational code. Null: its means, without noise. */
  readonly sampledFrom?: number | null;
  /** Of a run of several populations: the one that examples count as. Null: the target. */
  readonly domain?: string | null;
  /** Hears what whoever watches should know: a slower engine, categories that the run never saw. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Which encoder of a run is opened, and how. */
export interface RunEncoderOptions extends EncoderOptions {
  /** The last checkpoint that can be read, the best by the figure that the run monitors, or the one after a round. Default: `latest`. */
  readonly checkpoint?: WhichCheckpoint | undefined;
}

/** A trained encoder in this process. Close it when it is no longer needed: it holds memory of the engine. */
export interface RunEncoder extends AsyncDisposable {
  /** How many features an example has. */
  readonly size: number;
  /** Features [examples, size], float32, of examples in memory. @throws LetheError DATA_INVALID for examples of another shape */
  encode(examples: MemoryExamples): Promise<Float32Array>;
  /** Frees what the engine holds. */
  close(): Promise<void>;
}

/**
 * Opens the encoder of a run's checkpoint. The features are those that the run's own evaluation computes.
 * @throws LetheError RUN_MISSING, RUN_INVALID, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH, CONFIG_INVALID, DATA_MISSING
 */
export async function openEncoder(request: RunNetworksRequest, options: EncoderOptions = {}): Promise<RunEncoder> {
  const { onNotice: notice = () => undefined } = options;
  const networks = await openRunNetworks(request, { notice });
  const { encode, close, size } = await loadEncoder(networks, options);
  const reader = new MemoryReader(networks.preprocessing);
  const closing = (): Promise<void> => {
    close();
    return Promise.resolve();
  };
  return {
    size, close: closing, [Symbol.asyncDispose]: closing,
    encode: async (examples) => encode(reader.read(examples, notice)),
  };
}

/** An encoder of inputs as the networks see them. */
export interface InputEncoder {
  readonly size: number;
  readonly encode: CompiledFunction;
  readonly close: () => void;
}

/** Loads the encoder of networks into this process. @throws LetheError CONFIG_INVALID, ENGINE_MISSING */
export async function loadEncoder(
  networks: RunNetworks, { sampledFrom = null, domain = null, onNotice: notice = () => undefined }: EncoderOptions,
): Promise<InputEncoder> {
  const { objective } = networks.description;
  const loaded = await LoadedNetworks.load(networks, { domain, notice });
  const generator = sampledFrom === null ? null : xoroshiro128plus(sampledFrom);
  const encode = await loaded.compile({
    name: 'encode', compute: (context) => objective.encode(context),
    seeds: generator === null ? null : () => [generator.next(), generator.next()],
  }).catch((error: unknown) => {
    loaded.close();
    throw error;
  });
  return { size: objective.encodedSize, encode, close: () => { loaded.close(); } };
}
