import { invalidData } from '../../invalid-data.js';
import { inputLength, type ImageShape, type InputReader } from '../../model/inputs.js';
import { fileSource } from './byte-source.js';
import { foreignKind, START_BYTES } from '../foreign-file.js';
import { isNpy, openNpy } from './npy-file.js';
import { isZip, openNpz } from './npz-file.js';
import { arrayInWords, type NamedArray, type NumberArray } from './number-array.js';
import { bytesReader, vectorsReader } from './read-array.js';
import { openSafetensors } from './safetensors-file.js';
import type { Unpacking } from '../archives/unpacking.js';

/** Names of files that vectors are looked for in. */
export const VECTOR_FILE = /\.(npy|npz|safetensors)$/i;

/** Arrays of a file that are looked at when none is named. */
const MOST_LOOKED_AT = 100;
const WANTED = 'an array of one vector for each example [examples, numbers], or of images as bytes [examples, height, width(, 1 or 3)]';

/**
 * The inputs in a file of arrays: npy, npz or safetensors, known by their content. Vectors [examples, numbers] are images of a single
 * pixel with a channel for each number, as float32; bytes [examples, height, width] or [examples, height, width, channels] are images.
 * Only heads are read; the numbers are read by pieces.
 * @param options `array`: name of the array in a file of several; without it exactly one must be inputs
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function openVectorFile(path: string, options: { unpacking: Unpacking; array?: string }): Promise<InputReader> {
  const array = await openInputs(path, options);
  const inputs = inputsOf(array);
  if (inputs === null) throw invalidData(array.where, WANTED, wayOut(array));
  const { shape, values } = inputs;
  const [count = 0] = array.dimensions;
  return {
    shape, values, count,
    identity: async () => `arrays 1 ${array.source.identity} ${array.start} ${arrayInWords(array)}`,
    read: (values === 'bytes' ? bytesReader : vectorsReader)(array, inputLength(shape)),
  };
}

async function openInputs(path: string, { unpacking, array }: { unpacking: Unpacking; array?: string }): Promise<NumberArray> {
  const source = await fileSource(path);
  const start = await source.session((read) => read(0, Math.min(START_BYTES, source.size)));
  if (isNpy(start)) return openNpy(source);
  if (isZip(start)) return chooseArray(path, await openNpz(source, path, unpacking), array);
  const foreign = foreignKind(start);
  if (foreign !== null) {
    throw invalidData(path, 'a file that numpy.save, numpy.savez or safetensors wrote', foreign);
  }
  return chooseArray(path, await openSafetensors(source), array);
}

async function chooseArray(path: string, arrays: readonly NamedArray[], wanted: string | undefined): Promise<NumberArray> {
  if (wanted !== undefined) {
    const found = arrays.find(({ name }) => name === wanted);
    if (found !== undefined) return found.open();
    throw invalidData(path, `an array named ${wanted}`, arrays.map(({ name }) => name).join(', ') || 'no array');
  }
  if (arrays.length === 1) return (arrays[0] as NamedArray).open();
  const opened = await Promise.all(arrays.slice(0, MOST_LOOKED_AT).map(openOrReason));
  const [only, another] = opened.flatMap(({ array }) => (array !== null && inputsOf(array) !== null ? [array] : []));
  if (only !== undefined && another === undefined) return only;
  const described = opened.map(({ name, words }) => `${name} ${words}`).join('; ') || 'no array';
  throw invalidData(path, `one array that is inputs (${WANTED}): save it alone`, described);
}

async function openOrReason({ name, open }: NamedArray): Promise<{ name: string; array: NumberArray | null; words: string }> {
  try {
    const array = await open();
    return { name, array, words: arrayInWords(array) };
  } catch {
    return { name, array: null, words: '(not numbers, or damaged)' };
  }
}

/** Null for an array that is no inputs. */
function inputsOf({ type, dimensions, isFortran, source }: NumberArray): { shape: ImageShape; values: InputReader['values'] } | null {
  const [, height = 0, width = 0, channels = 1] = dimensions;
  const isReadable = !isFortran || (dimensions.length === 2 && !source.isSequential);
  if (!isReadable) return null;
  if (dimensions.length === 2) return { shape: { height: 1, width: 1, channels: height }, values: 'floats' };
  const isImages = type === 'uint8' && (dimensions.length === 3 || (dimensions.length === 4 && (channels === 1 || channels === 3)));
  return isImages ? { shape: { height, width, channels }, values: 'bytes' } : null;
}

/** What was found, and how numpy makes inputs of it. */
function wayOut(array: NumberArray): string {
  const { dimensions, type, isFortran } = array;
  const advice = (): string => {
    if (dimensions.length < 2) return 'numpy: array.reshape(-1, 1) makes vectors of single numbers';
    if (isFortran) return "in Fortran's order: numpy.ascontiguousarray(array)";
    if (type === 'uint8' && dimensions.length === 4) return 'channels come last: numpy: array.transpose(0, 2, 3, 1)';
    return 'numpy: array.reshape(len(array), -1) makes vectors';
  };
  return `${arrayInWords(array)} (${advice()})`;
}
