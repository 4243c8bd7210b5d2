import { chunksOf, networkSlices, type GroupLayout, type Slice } from '@lethe/protocol';

/** A whole group as the servers hold it; `statistics` only if requested. */
export interface PulledGroup {
  /** [layout.length] */
  readonly values: Float32Array;
  readonly statistics: Float32Array | null;
}

interface AwaitedNetwork {
  /** Offsets of the chunks that it lies in and that have not arrived. */
  readonly missing: Set<number>;
  readonly arrived: Promise<void>;
  readonly resolve: () => void;
}

/**
 * A group on its way from the servers. A network can be read as soon as all of it has arrived, though its version may not be committed yet:
 * what is computed with it is kept back until it is.
 */
export class GroupPull {
  /** Rejects with whatever ends the pull. */
  readonly complete: Promise<PulledGroup>;
  readonly #values: Float32Array;
  /** Slices that are not known to be committed. */
  #uncommitted: number;
  readonly #networks: ReadonlyMap<string, AwaitedNetwork>;
  #resolve: (group: PulledGroup) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  /** @param slices of the servers that hold a part of the group */
  constructor(layout: GroupLayout, slices: readonly Slice[], values: Float32Array) {
    this.#values = values;
    this.#uncommitted = slices.length;
    this.complete = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.complete.catch(() => undefined); // the error reaches those who wait for it
    const chunks = slices.flatMap(chunksOf);
    this.#networks = new Map(networkSlices(layout).map(({ network, from, to }) => (
      [network, awaitedNetwork(chunks.filter((chunk) => chunk.from < to && from < chunk.to))]
    )));
  }

  /** Resolves when all of the network has arrived; rejects with whatever ends the pull before. */
  async network(name: string): Promise<void> {
    const network = this.#networks.get(name);
    if (network === undefined) throw new TypeError(`the group has no network ${name}`);
    await Promise.race([network.arrived, this.complete]);
  }

  /** Takes a chunk, which may arrive twice if a connection broke. */
  take(offset: number, values: Float32Array): void {
    this.#values.set(values, offset);
    for (const { missing, resolve } of this.#networks.values()) {
      missing.delete(offset);
      if (missing.size === 0) resolve();
    }
  }

  /** Whether all chunks have arrived and every server has committed the version. */
  get isCommitted(): boolean {
    return this.#uncommitted === 0;
  }

  /** A server's slice has arrived and is committed. */
  sliceCommitted(): void {
    this.#uncommitted -= 1;
  }

  /** All chunks have arrived, and the version is committed. */
  finish(statistics: Float32Array | null): void {
    this.#resolve({ values: this.#values, statistics });
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}

function awaitedNetwork(chunks: readonly Slice[]): AwaitedNetwork {
  let resolve = (): void => undefined;
  const arrived = new Promise<void>((resolveArrived) => { resolve = resolveArrived; });
  return { missing: new Set(chunks.map(({ from }) => from)), arrived, resolve };
}
