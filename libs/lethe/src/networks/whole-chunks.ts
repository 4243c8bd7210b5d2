import type { ExampleSource, UnseenPiece } from '@lethe/data';
import { SCORE_CHUNK } from '@lethe/evaluation';

/** Chunks that are computed and written together, unless their inputs take more than the bytes. */
const MOST_CHUNKS = 16;
const MOST_BYTES = 2 ** 24;

/**
 * The same examples in pieces of whole chunks, whatever the pieces of their files are: no chunk is filled up but the last, and noise is
 * drawn for the same examples however large the pieces were.
 */
export async function *inWholeChunks(pieces: AsyncIterable<UnseenPiece>): AsyncGenerator<UnseenPiece> {
  let waiting: UnseenPiece | null = null;
  for await (const piece of pieces) {
    if (piece.count === 0) continue;
    let all: UnseenPiece = waiting === null ? piece : joined(waiting, piece);
    waiting = null;
    const atOnce = examplesAtOnce(all);
    while (all.count > atOnce) {
      yield part(all, 0, atOnce);
      all = part(all, atOnce, all.count);
    }
    waiting = all;
  }
  if (waiting !== null) yield waiting;
}

function examplesAtOnce({ inputs, count }: UnseenPiece): number {
  const bytesOfChunk = (inputs.byteLength / count) * SCORE_CHUNK;
  return SCORE_CHUNK * Math.max(1, Math.min(MOST_CHUNKS, Math.floor(MOST_BYTES / bytesOfChunk)));
}

function joined(one: UnseenPiece, other: UnseenPiece): UnseenPiece {
  const inputs = new Float32Array(one.inputs.length + other.inputs.length);
  inputs.set(one.inputs);
  inputs.set(other.inputs, one.inputs.length);
  const sources: ExampleSource[] = [...one.sources, ...other.sources];
  return { count: one.count + other.count, inputs, sources, share: other.share };
}

function part({ count, inputs, sources, share }: UnseenPiece, first: number, end: number): UnseenPiece {
  const length = inputs.length / count;
  return { count: end - first, inputs: inputs.subarray(first * length, end * length), sources: sources.slice(first, end), share };
}
