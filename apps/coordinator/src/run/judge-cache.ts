import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from '@lethe/checkpoint';
import { JUDGE_VERSION, judgeLength } from '@lethe/evaluation';
import type { DataSource } from '@lethe/data';
import type { RunDescription } from '@lethe/training';

/** A kept judge begins with the SHA-256 of what follows. */
const HASH_BYTES = 32;

/** Judges by what they were trained on: one for each data set, whatever the runs. */
export class JudgeCache {
  readonly #folder: string;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const { LETHE_CACHE, XDG_CACHE_HOME } = environment;
    this.#folder = join(LETHE_CACHE ? resolve(LETHE_CACHE) : join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lethe'), 'judges');
  }

  /** The judge of this data, trained now unless one is kept; one that is damaged or of another kind counts for nothing. */
  async get(description: RunDescription, data: DataSource, train: () => Promise<Float32Array>): Promise<Float32Array> {
    const file = join(this.#folder, `${data.facts.fingerprint}-${description.config.cluster.engine}-${JUDGE_VERSION}.bin`);
    const kept = await readJudge(file, judgeLength(data));
    if (kept !== null) return kept;
    const judge = await train();
    const bytes = Buffer.from(judge.buffer, judge.byteOffset, judge.byteLength);
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomically(file, [createHash('sha256').update(bytes).digest(), bytes]);
    return judge;
  }
}

async function readJudge(file: string, length: number): Promise<Float32Array | null> {
  const contents = await readFile(file).catch(() => null);
  if (contents?.byteLength !== HASH_BYTES + length * Float32Array.BYTES_PER_ELEMENT) return null;
  const bytes = contents.subarray(HASH_BYTES);
  if (!createHash('sha256').update(bytes).digest().equals(contents.subarray(0, HASH_BYTES))) return null;
  return new Float32Array(new Uint8Array(bytes).buffer);
}
