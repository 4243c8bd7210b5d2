import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { errorMessage } from '@lethe/errors';
import { JUDGE_VERSION, judgeLength } from '@lethe/evaluation';
import type { DataSource } from '@lethe/data';
import type { RunDescription } from '@lethe/graphs';

/** A kept judge begins with the SHA-256 of what follows. */
const HASH_BYTES = 32;

/** Judges by what they were trained on: one for each data set, whatever the runs. */
export class JudgeCache {
  readonly #folder: string;
  readonly #notice: (line: string) => void;

  /**
   * @param cacheFolder of what all runs of this machine keep for each other
   * @param notice called if a judge cannot be kept
   */
  constructor(cacheFolder: string, notice: (line: string) => void) {
    this.#notice = notice;
    this.#folder = join(cacheFolder, 'judges');
  }

  /** The judge of this data, trained now unless one is kept; one that is damaged or of another kind counts for nothing. */
  async get(description: RunDescription, data: DataSource, train: () => Promise<Float32Array>): Promise<Float32Array> {
    const file = join(this.#folder, `${data.facts.fingerprint}-${description.config.cluster.engine}-${JUDGE_VERSION}.bin`);
    const kept = await readJudge(file, judgeLength(data));
    if (kept !== null) return kept;
    const judge = await train();
    await this.#keep(file, Buffer.from(judge.buffer, judge.byteOffset, judge.byteLength));
    return judge;
  }

  /** Where it cannot be kept it is trained again the next time. */
  async #keep(file: string, bytes: Buffer): Promise<void> {
    try {
      await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => { throw storageError(file, error); });
      await writeFileAtomically(file, [createHash('sha256').update(bytes).digest(), bytes]);
    } catch (error) {
      this.#notice(`warning: the judge is not kept: ${errorMessage(error)}`);
    }
  }
}

async function readJudge(file: string, length: number): Promise<Float32Array | null> {
  const contents = await readFile(file).catch(() => null);
  if (contents?.byteLength !== HASH_BYTES + length * Float32Array.BYTES_PER_ELEMENT) return null;
  const bytes = contents.subarray(HASH_BYTES);
  if (!createHash('sha256').update(bytes).digest().equals(contents.subarray(0, HASH_BYTES))) return null;
  return new Float32Array(new Uint8Array(bytes).buffer);
}
