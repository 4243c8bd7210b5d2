import { createHash } from 'node:crypto';
import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { z } from 'zod';
import type { BadInput, InputReader, OddInputs } from '../model/inputs.js';

/** Counted up when decoded inputs are kept in another way: what was kept before counts for nothing then. */
const FORMAT = 2;

/** What is known of a file of decoded inputs. It is written when the file is complete; without it the file counts for nothing. */
const manifestSchema = z.strictObject({
  /** Name of the file, in the same folder. */
  file: z.string().regex(/^[0-9a-f]+-[0-9a-f]+\.bin$/),
  bytes: z.int().nonnegative(),
  /** Time of the file's last change in nanoseconds. */
  modified: z.string(),
  sha256: z.string(),
  bad: z.array(z.strictObject({ example: z.int().nonnegative(), reason: z.string() })),
  odd: z.strictObject({ count: z.int().nonnegative(), first: z.string() }),
});

type Manifest = z.infer<typeof manifestSchema>;

/** Decoded inputs that are kept on disk for all processes of the machine. */
export interface CacheEntry {
  /** The file of inputs: row-major [count, height, width, channels], bytes or little-endian float32. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly bad: readonly BadInput[];
  readonly odd: OddInputs;
}

/** The name that the inputs of a reader are kept by: another whenever they could be others. */
export function cacheKey(identity: string, { shape, values, count }: InputReader): string {
  const { height, width, channels } = shape;
  const text = JSON.stringify([FORMAT, identity, height, width, channels, values, count]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The entry of that key; null if there is none, or it has been changed or cut off since it was written. */
export async function findEntry(folder: string, key: string): Promise<CacheEntry | null> {
  const place = manifestPath(folder, key);
  const manifest = await readManifest(place);
  if (manifest === null) return null;
  const path = join(folder, manifest.file);
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found?.size !== BigInt(manifest.bytes) || String(found.mtimeNs) !== manifest.modified) return null;
  // The time of the manifest says when the entry was used last. Where it cannot be written nothing is ever removed either.
  await utimes(place, new Date(), new Date()).catch(() => undefined);
  return { path, bytes: manifest.bytes, sha256: manifest.sha256, bad: manifest.bad, odd: manifest.odd };
}

/** Makes a complete file of the folder an entry. @throws LetheError STORAGE_FAILED */
export async function enterFile(folder: string, key: string, entry: Omit<Manifest, 'modified' | 'bytes'>): Promise<void> {
  const { size, mtimeNs } = await stat(join(folder, entry.file), { bigint: true });
  const manifest: Manifest = { ...entry, bytes: Number(size), modified: String(mtimeNs) };
  await writeFileAtomically(manifestPath(folder, key), [Buffer.from(JSON.stringify(manifest))]);
}

/** From now on there is no entry of that key. */
export async function removeEntry(folder: string, key: string): Promise<void> {
  const place = manifestPath(folder, key);
  await rm(place, { force: true }).catch((error: unknown) => { throw storageError(place, error); });
}

/** The manifest at this place; null if there is none that can be understood. */
export async function readManifest(path: string): Promise<Manifest | null> {
  try {
    return manifestSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

export const MANIFEST = /^[0-9a-f]+\.json$/;

function manifestPath(folder: string, key: string): string {
  return join(folder, `${key}.json`);
}
