import { createHash } from 'node:crypto';
import { inputLength, type BadInput, type ImageShape, type InputReader } from '../model/inputs.js';

/** Inputs that are in memory already, row-major [count, height, width, channels]. */
export function arrayReader(inputs: Uint8Array | Float32Array, shape: ImageShape): InputReader {
  const length = inputLength(shape);
  return {
    shape, values: inputs instanceof Uint8Array ? 'bytes' : 'floats', count: inputs.length / length,
    identity: () => Promise.resolve(null),
    read: (first, end) => Promise.resolve({ inputs: inputs.subarray(first * length, end * length), bad: [] }),
  };
}

/** Part of a reader: its examples `rows`, in that order. */
export function chosenReader(reader: InputReader, rows: Uint32Array): InputReader {
  const isAll = rows.length === reader.count && rows.every((row, index) => row === index);
  if (isAll) return reader;
  return {
    ...reader,
    count: rows.length,
    identity: async () => {
      const identity = await reader.identity();
      return identity === null ? null : JSON.stringify([identity, createHash('sha256').update(rows).digest('hex')]);
    },
    read: (first, end) => readRuns(reader, rows.subarray(first, end), first),
  };
}

/** Reads rows that follow each other in the reader together. @param first number of the first of the rows */
async function readRuns(reader: InputReader, rows: Uint32Array, first: number): ReturnType<InputReader['read']> {
  const length = inputLength(reader.shape);
  const inputs = reader.values === 'bytes' ? new Uint8Array(rows.length * length) : new Float32Array(rows.length * length);
  const [bad, odd]: [BadInput[], BadInput[]] = [[], []];
  for (let begin = 0; begin < rows.length;) {
    const row = rows[begin] as number;
    let end = begin + 1;
    while (end < rows.length && rows[end] === row + end - begin) end += 1;
    const run = await reader.read(row, row + end - begin);
    inputs.set(run.inputs, begin * length);
    const placed = ({ example, reason }: BadInput): BadInput => ({ example: first + begin + example - row, reason });
    for (const one of run.bad) bad.push(placed(one));
    for (const one of run.odd ?? []) odd.push(placed(one));
    begin = end;
  }
  return { inputs, bad, odd };
}

/**
 * Several readers of one shape after each other.
 * @throws RangeError for readers of different shapes
 */
export function joinedReader(readers: readonly InputReader[]): InputReader {
  const [only, second] = readers;
  if (only === undefined) throw new RangeError('at least one reader');
  if (second === undefined) return only;
  const starts: number[] = [];
  let count = 0;
  for (const reader of readers) {
    const isAlike = inputLength(reader.shape) === inputLength(only.shape) && reader.values === only.values;
    if (!isAlike) throw new RangeError('readers of one shape');
    starts.push(count);
    count += reader.count;
  }
  return {
    shape: only.shape, values: only.values, count,
    identity: async () => {
      const identities = await Promise.all(readers.map((reader) => reader.identity()));
      return identities.every((identity) => identity === null) ? null : JSON.stringify(identities);
    },
    read: (first, end) => readParts({ readers, starts }, first, end),
  };
}

async function readParts(
  { readers, starts }: { readonly readers: readonly InputReader[]; readonly starts: readonly number[] }, first: number, end: number,
): ReturnType<InputReader['read']> {
  const parts: { inputs: Uint8Array | Float32Array; at: number }[] = [];
  const [bad, odd]: [BadInput[], BadInput[]] = [[], []];
  for (const [index, reader] of readers.entries()) {
    const start = starts[index] as number;
    const [from, to] = [Math.max(first, start), Math.min(end, start + reader.count)];
    if (from >= to) continue;
    const read = await reader.read(from - start, to - start);
    parts.push({ inputs: read.inputs, at: from - first });
    for (const { example, reason } of read.bad) bad.push({ example: start + example, reason });
    for (const { example, reason } of read.odd ?? []) odd.push({ example: start + example, reason });
  }
  const [only, second] = parts;
  if (only !== undefined && second === undefined) return { inputs: only.inputs, bad, odd };
  const { shape, values } = readers[0] as InputReader;
  const length = inputLength(shape);
  const inputs = values === 'bytes' ? new Uint8Array((end - first) * length) : new Float32Array((end - first) * length);
  for (const part of parts) inputs.set(part.inputs, part.at * length);
  return { inputs, bad, odd };
}
