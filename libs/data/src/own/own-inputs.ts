import { arrayReader } from '../inputs/input-readers.js';
import { inputLength, type BadInput, type DecodedInputs, type ImageShape, type InputReader } from '../model/inputs.js';
import type { OwnExamples, OwnPieces } from './define-data.js';
import type { OwnPlace } from './own-place.js';

const SHAPES = '[numbers], [length, channels] or [height, width, channels], each a whole number from 1';
const ARRAYS = 'a Float32Array or a Uint8Array';

/** What is known of the inputs before they are read. */
export interface OwnInputsToRead {
  readonly inputs: OwnExamples['inputs'];
  /** Null: the inputs say it. */
  readonly count: number | null;
  /** What an example is called in messages. */
  readonly where: (example: number) => string;
}

/** Inputs of an own reader as the rest of the program takes them. @throws LetheError DATA_INVALID */
export async function ownInputs({ inputs, count, where }: OwnInputsToRead, place: OwnPlace): Promise<InputReader> {
  const given: unknown = inputs;
  if (typeof given !== 'object' || given === null) throw place.refusal('inputs', 'shape and values, or shape and read', given);
  const unknown = Object.keys(given).find((key) => !['shape', 'values', 'read', 'identity'].includes(key));
  if (unknown !== undefined) throw place.refusal('inputs', 'shape and values, or shape, read and identity', `the unknown name ${unknown}`);
  const shape = shapeOf(inputs.shape, place);
  if ('values' in inputs) {
    if ('read' in inputs) throw place.refusal('inputs', 'values or read', 'both');
    return inMemory(inputs.values, { shape, count, where }, place);
  }
  return inPieces(inputs, { shape, count, where }, place);
}

interface Known extends Omit<OwnInputsToRead, 'inputs'> { readonly shape: ImageShape }

function shapeOf(given: unknown, place: OwnPlace): ImageShape {
  if (!Array.isArray(given)) throw place.refusal('inputs.shape', SHAPES, given);
  const sides = given as number[];
  const isShape = sides.length >= 1 && sides.length <= 3 && sides.every((side) => Number.isInteger(side) && side > 0);
  if (!isShape) throw place.refusal('inputs.shape', SHAPES, sides.join(' x '));
  const channels = sides.at(-1) as number;
  if (sides.length === 1) return { height: 1, width: 1, channels };
  return { height: sides[0] as number, width: sides.length === 3 ? sides[1] as number : 1, channels };
}

function inMemory(values: unknown, { shape, count, where }: Known, place: OwnPlace): InputReader {
  const all = expectArray('inputs.values', values, place);
  const length = inputLength(shape);
  const expected = count === null ? `a multiple of the ${length} numbers of an example` : `${count} examples of ${length} numbers`;
  if (count === null ? all.length % length !== 0 : all.length !== count * length) throw place.refusal('inputs.values', expected, all);
  const reader = arrayReader(all, shape);
  return { ...reader, read: async (first, end) => withBad((await reader.read(first, end)).inputs, first, { length, where }) };
}

/** What kind of numbers they are, the first example tells. */
async function inPieces(
  { read, identity }: OwnPieces, { shape, count, where }: Known, place: OwnPlace,
): Promise<InputReader> {
  if (typeof read !== 'function') throw place.refusal('inputs.read', 'a function that reads examples first to end', read);
  if (count === null) throw place.refusal('count', 'how many examples there are, as inputs are read by pieces', undefined);
  if (identity !== undefined && typeof identity !== 'string') throw place.refusal('inputs.identity', 'text', identity);
  const length = inputLength(shape);
  const piece = async (first: number, end: number): Promise<Float32Array | Uint8Array> => {
    const what = `inputs.read(${first}, ${end})`;
    const inputs = expectArray(what, await read(first, end), place);
    const expected = (end - first) * length;
    if (inputs.length !== expected) throw place.refusal(what, `${end - first} examples of ${length} numbers, ${expected} in all`, inputs);
    return inputs;
  };
  const values = (await piece(0, 1)) instanceof Uint8Array ? 'bytes' : 'floats';
  return {
    shape, values, count, identity: () => Promise.resolve(identity ?? null),
    read: async (first, end) => {
      if (first === end) return { inputs: values === 'bytes' ? new Uint8Array(0) : new Float32Array(0), bad: [] };
      const inputs = await piece(first, end);
      if ((inputs instanceof Uint8Array) !== (values === 'bytes')) {
        throw place.refusal(`inputs.read(${first}, ${end})`, `${values} as for the first example`, inputs);
      }
      return withBad(inputs, first, { length, where });
    },
  };
}

function expectArray(what: string, values: unknown, place: OwnPlace): Float32Array | Uint8Array {
  if (values instanceof Float32Array) return values;
  // A Buffer's elements are those of a Uint8Array, which it is one of.
  if (values instanceof Uint8Array) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  throw place.refusal(what, ARRAYS, values);
}

/** Examples with numbers that are not finite are bad. */
function withBad(
  inputs: Float32Array | Uint8Array, first: number, { length, where }: Pick<Known, 'where'> & { readonly length: number },
): DecodedInputs {
  if (inputs instanceof Uint8Array) return { inputs, bad: [] };
  const bad: BadInput[] = [];
  for (let index = 0; index < inputs.length; index += 1) {
    const value = inputs[index] as number;
    if (Number.isFinite(value)) continue;
    const inPiece = Math.floor(index / length);
    const example = first + inPiece;
    bad.push({ example, reason: `${where(example)}: expected finite numbers as inputs, found ${value} at number ${index % length}` });
    index = (inPiece + 1) * length - 1;
  }
  if (bad.length === 0) return { inputs, bad };
  const cleared = inputs.slice();
  for (const { example } of bad) cleared.fill(0, (example - first) * length, (example - first + 1) * length);
  return { inputs: cleared, bad };
}
