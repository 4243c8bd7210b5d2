import { invalidData } from '../../invalid-data.js';
import { partOf, type ByteSource } from './byte-source.js';
import { checkLength, type NamedArray, type NumberArray, type NumberType } from './number-array.js';

/** Bytes of the little-endian uint64 in front: the head's length. */
const LENGTH_BYTES = 8;
/** More than the head of a million tensors that are inputs. */
const MOST_HEAD_BYTES = 2 ** 24;

const TYPES: Readonly<Record<string, NumberType>> = {
  BOOL: 'bool', I8: 'int8', U8: 'uint8', I16: 'int16', U16: 'uint16', F16: 'float16', BF16: 'bfloat16', I32: 'int32', U32: 'uint32',
  F32: 'float32', I64: 'int64', U64: 'uint64', F64: 'float64',
};

/**
 * The tensors of a safetensors file. Only its head is read.
 * @throws LetheError DATA_INVALID
 */
export async function openSafetensors(source: ByteSource): Promise<NamedArray[]> {
  const { where, size } = source;
  if (size < LENGTH_BYTES) throw invalidData(where, 'a safetensors file', `${size} bytes`);
  const { head, start } = await source.session(async (read) => {
    const length = Buffer.from(await read(0, LENGTH_BYTES)).readBigUInt64LE();
    if (length > MOST_HEAD_BYTES) throw invalidData(where, `a head of at most ${MOST_HEAD_BYTES} bytes (safetensors)`, String(length));
    const headBytes = Number(length);
    if (LENGTH_BYTES + headBytes > size) throw invalidData(where, `a head of ${headBytes} bytes`, `a file of ${size} bytes (cut off)`);
    return { head: parseHead(where, await read(LENGTH_BYTES, headBytes)), start: LENGTH_BYTES + headBytes };
  });
  const data = partOf(source, where, { start, size: size - start });
  return Object.entries(head).filter(([name]) => name !== '__metadata__').map(([name, entry]) => ({
    name, open: async () => openTensor(data, name, entry),
  }));
}

function parseHead(where: string, bytes: Uint8Array): object {
  try {
    const head: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof head === 'object' && head !== null && !Array.isArray(head)) return head;
  } catch {
    // Said below.
  }
  throw invalidData(where, 'a safetensors file', 'a head that is not JSON');
}

function openTensor(data: ByteSource, name: string, entry: unknown): NumberArray {
  const where = `${data.where}, tensor ${name}`;
  if (!isTensor(entry)) throw invalidData(where, 'type, sizes and place', JSON.stringify(entry).slice(0, 100));
  const type = TYPES[entry.dtype];
  if (type === undefined) throw invalidData(where, `numbers of the types ${Object.keys(TYPES).join(', ')}`, entry.dtype);
  const [start, end] = entry.data_offsets;
  if (start > end || end > data.size) throw invalidData(where, `numbers up to byte ${end} of the data`, `${data.size} bytes (cut off)`);
  const array = { dimensions: entry.shape, type, isLittleEndian: true, isFortran: false };
  checkLength(where, array, end - start);
  return { ...array, where, start: 0, source: partOf(data, where, { start, size: end - start }) };
}

interface Tensor { readonly dtype: string; readonly shape: number[]; readonly data_offsets: [number, number] }

function isTensor(entry: unknown): entry is Tensor {
  if (typeof entry !== 'object' || entry === null) return false;
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  return typeof dtype === 'string' && isSizes(shape) && isSizes(offsets) && offsets.length === 2;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
