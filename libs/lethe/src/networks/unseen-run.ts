import { openUnseenExamples, type ReadingNote, type UnseenPiece } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import type { RunNetworks, RunNetworksRequest } from './open-run-networks.js';
import { inWholeChunks } from './whole-chunks.js';

/** A run whose networks are to see examples in files. */
export interface UnseenRunRequest extends RunNetworksRequest {
  /** Absolute path of the folder with the examples. */
  readonly data: string;
  /** Pictures in the place of that folder: absolute paths of files and of folders of them. Default: what the folder holds. */
  readonly pictures?: readonly string[] | null;
  /** Of a run of several populations: the one that examples count as. Null: the target. */
  readonly domain: string | null;
  /** Most that packed files may be unpacked to, in GiB; null: what the run says. */
  readonly unpackedGiB: number | null;
}

/** How work on files is watched. */
export interface WatchOptions {
  /** Hears what whoever watches should know. */
  readonly onNotice: (line: string) => void;
  /** Told after each piece how many examples are done, and of all that is to be read how much (0 to 1). */
  readonly onProgress?: ((examples: number, share: number) => void) | undefined;
  /** Ends the work; nothing half-written stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the examples in a folder, piece by piece, as inputs of a run's networks.
 * @returns how many there were
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, INTERRUPTED
 */
export async function forUnseenExamples(
  { description: { config }, preprocessing }: RunNetworks, { data: folder, pictures = null, unpackedGiB }: UnseenRunRequest,
  { onNotice: notice, onProgress, signal, use }: WatchOptions & { readonly use: (piece: UnseenPiece) => Promise<void> },
): Promise<number> {
  const data = unpackedGiB === null ? config.data : { ...config.data, unpackedGiB };
  const hear = (notes: readonly ReadingNote[]): void => {
    for (const { kind, text } of notes) notice(kind === 'warning' ? `warning: ${text}` : text);
  };
  const examples = await openUnseenExamples({ folder, pictures, preprocessing, data, seed: config.seed, hear });
  let done = 0;
  for await (const piece of inWholeChunks(examples.pieces)) {
    if (signal?.aborted === true) throw new LetheError('INTERRUPTED', `interrupted after ${done.toLocaleString('en-US')} examples`);
    await use(piece);
    done += piece.count;
    onProgress?.(done, piece.share);
  }
  if (done === 0) throw new LetheError('DATA_MISSING', `${examples.origin}: expected examples, found none that can be read`);
  return done;
}
