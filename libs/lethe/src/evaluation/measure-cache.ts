import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { errorMessage } from '@lethe/errors';
import { CONTROL_VERSION } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import { PROBE_FIGURES, type ProbeRequest } from '@lethe/protocol';

/** What is kept begins with the SHA-256 of what follows. */
const HASH_BYTES = 32;

/** What is kept, of which there is one for each data set and engine. */
export interface KeptVector {
  /** Folder in the cache, by the kind of thing. */
  readonly folder: 'judges' | 'controls';
  /** What it is, with a version that changes whenever the same data would give another one. */
  readonly name: string;
  /** Numbers in it. */
  readonly length: number;
}

/** Figures of a probe that reads nothing of the run: what it is asked is in the name. */
export function controlOf(request: ProbeRequest): KeptVector {
  const { probe, input, seed, ...options } = request;
  const asked = createHash('sha256').update(JSON.stringify(Object.entries(options).sort())).digest('hex').slice(0, 16);
  return { folder: 'controls', name: `${probe}-${input}-${seed}-${asked}-${CONTROL_VERSION}`, length: PROBE_FIGURES };
}

/** What measuring needs that follows from the data alone, whatever the run: judges, and what probes read in raw pixels. */
export class MeasureCache {
  readonly #folder: string;
  readonly #notice: (line: string) => void;

  /**
   * @param cacheFolder of what all runs of this machine keep for each other
   * @param notice called if something cannot be kept
   */
  constructor(cacheFolder: string, notice: (line: string) => void) {
    this.#notice = notice;
    this.#folder = cacheFolder;
  }

  /** What was kept of this data; null if nothing was. What is damaged or of another length counts for nothing. */
  find(description: RunDescription, kept: KeptVector): Promise<Float32Array | null> {
    return readVector(this.#file(description, kept), kept.length);
  }

  /** Where it cannot be kept it is computed again the next time. */
  async keep(description: RunDescription, kept: KeptVector, vector: Float32Array): Promise<void> {
    const file = this.#file(description, kept);
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    try {
      await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => { throw storageError(file, error); });
      await writeFileAtomically(file, [createHash('sha256').update(bytes).digest(), bytes]);
    } catch (error) {
      this.#notice(`warning: what measuring found in the data is not kept: ${errorMessage(error)}`);
    }
  }

  #file({ config, facts }: RunDescription, { folder, name }: KeptVector): string {
    return join(this.#folder, folder, `${facts.fingerprint}-${config.cluster.engine}-${name}.bin`);
  }
}

async function readVector(file: string, length: number): Promise<Float32Array | null> {
  const contents = await readFile(file).catch(() => null);
  if (contents?.byteLength !== HASH_BYTES + length * Float32Array.BYTES_PER_ELEMENT) return null;
  const bytes = contents.subarray(HASH_BYTES);
  if (!createHash('sha256').update(bytes).digest().equals(contents.subarray(0, HASH_BYTES))) return null;
  return new Float32Array(new Uint8Array(bytes).buffer);
}
