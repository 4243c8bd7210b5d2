import { asSeen } from '../batches/gather.js';
import { invalidData } from '../invalid-data.js';
import { inputLength, type BadInput, type InputReader } from '../model/inputs.js';
import type { ExampleSource, HearNotes, UnseenExamples, UnseenPiece } from './unseen-examples.js';

/** Bytes of inputs that are given at once, as the networks see them. */
const PIECE_BYTES = 2 ** 24;

/** Inputs that a reader gives, and what each is called. */
export interface ReaderInputs {
  readonly origin: string;
  readonly reader: InputReader;
  readonly sourceOf: (example: number) => ExampleSource;
  /** Most inputs that cannot be read and are left out, as a share of all. */
  readonly skipBad: number;
  readonly hear: HearNotes;
}

/** The examples of a reader, piece by piece. Those that cannot be read are an error, or left out and counted. */
export function unseenInputs(asked: ReaderInputs): UnseenExamples {
  return { origin: asked.origin, pieces: piecesOf(asked) };
}

async function *piecesOf({ origin, reader, sourceOf, skipBad, hear }: ReaderInputs): AsyncGenerator<UnseenPiece> {
  const bad: BadInput[] = [];
  const length = inputLength(reader.shape);
  const atOnce = Math.max(1, Math.floor(PIECE_BYTES / (length * Float32Array.BYTES_PER_ELEMENT)));
  for (let first = 0; first < reader.count; first += atOnce) {
    const end = Math.min(reader.count, first + atOnce);
    const read = await reader.read(first, end);
    for (const one of read.bad) {
      bad.push(one);
      if (bad.length > skipBad * reader.count) throw invalidData(origin, 'inputs that can be read', one.reason);
    }
    const isBad = new Set(read.bad.map(({ example }) => example));
    const good = Array.from({ length: end - first }, (_, index) => first + index).filter((example) => !isBad.has(example));
    const all = asSeen(read.inputs);
    yield {
      count: good.length, sources: good.map(sourceOf), share: end / reader.count,
      inputs: isBad.size === 0 ? all : chosen(all, good.map((example) => example - first), length),
    };
  }
  if (bad.length > 0) hear([{ kind: 'warning', text: badText(bad) }]);
}

function chosen(all: Float32Array, rows: readonly number[], length: number): Float32Array {
  const inputs = new Float32Array(rows.length * length);
  for (const [index, row] of rows.entries()) inputs.set(all.subarray(row * length, (row + 1) * length), index * length);
  return inputs;
}

function badText([first, ...others]: readonly BadInput[]): string {
  const left = others.length === 0 ? '1 input that cannot be read is' : `${others.length + 1} inputs that cannot be read are`;
  return `${left} left out; the first: ${first?.reason ?? ''}`;
}
