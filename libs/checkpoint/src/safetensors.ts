import { LetheError } from '@lethe/errors';

/** A float32 tensor by name, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The content of a safetensors file: tensors by name, and text by key. */
export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The file's bytes: the header with its length in front, then the values of each tensor, not copied. */
export interface EncodedSafetensors {
  readonly header: Buffer;
  readonly data: readonly Uint8Array[];
}

/** Type, shape and place of one tensor in the data section. */
interface TensorEntry { readonly dtype: string; readonly shape: number[]; readonly data_offsets: [number, number] }

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Bytes of the little-endian uint64 in front: the header's length. */
const LENGTH_BYTES = 8;
/** The same bound as the reference implementation's. */
const MAX_HEADER_BYTES = 100_000_000;

/** Lays tensors out as a safetensors file, in the given order. */
export function encodeSafetensors(tensors: readonly NamedTensor[], metadata: Readonly<Record<string, string>>): EncodedSafetensors {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    if (name in entries || values.length !== elementsOf(shape)) {
      throw new RangeError(`tensor ${name}: shape [${shape.join()}], ${values.length} values, or the name is used twice`);
    }
    const end = offset + values.byteLength;
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  // Spaces after the JSON let the data start at a multiple of 8.
  const padded = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const header = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  header.writeBigUInt64LE(BigInt(padded));
  json.copy(header, LENGTH_BYTES);
  return { header, data: tensors.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) };
}

/** Bytes of the header with the length in front of it. @throws LetheError CHECKPOINT_INVALID if bytes are missing */
export function headerLength(bytes: Uint8Array, source: string): number {
  if (bytes.length < LENGTH_BYTES) throw invalid(source, `it has ${bytes.length} bytes, less than a header`);
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).readBigUInt64LE();
  if (length > MAX_HEADER_BYTES) throw invalid(source, 'it is no safetensors file');
  const end = LENGTH_BYTES + Number(length);
  if (end > bytes.length) throw invalid(source, `it is cut: the header needs ${end} bytes, the file has ${bytes.length}`);
  return end;
}

/** Reads a safetensors file of float32 tensors. @param source the file's name in messages. @throws LetheError CHECKPOINT_INVALID */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsContent {
  const dataStart = headerLength(bytes, source);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), source);
  if (!isStringRecord(metadata)) throw invalid(source, 'its metadata is not text');
  const tensors = new Map<string, NamedTensor>();
  let expectedStart = 0;
  const refuse = (reason: string): never => { throw invalid(source, reason); };
  for (const [name, entry] of inFileOrder(entries, source)) {
    const [start, end] = entry.data_offsets;
    if (start !== expectedStart) refuse(`tensor ${name} starts at byte ${start} of the data, expected ${expectedStart}`);
    if (end - start !== elementsOf(entry.shape) * BYTES) refuse(`tensor ${name} of shape [${entry.shape.join()}] has ${end - start} bytes`);
    if (dataStart + end > bytes.length) refuse(`it is cut: tensor ${name} ends at byte ${dataStart + end}, the file at ${bytes.length}`);
    tensors.set(name, { name, shape: entry.shape, values: copyValues(bytes, dataStart + start, end - start) });
    expectedStart = end;
  }
  const rest = bytes.length - dataStart - expectedStart;
  if (rest !== 0) refuse(`${rest} bytes follow the last tensor`);
  return { tensors, metadata };
}

/** A CHECKPOINT_INVALID error about the file `source`. */
export function invalid(source: string, reason: string): LetheError {
  return new LetheError('CHECKPOINT_INVALID', `${source} cannot be read: ${reason}.`, { details: { source, reason } });
}

function parseHeader(bytes: Uint8Array, source: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid(source, 'its header is not JSON');
  }
  if (!isRecord(header)) throw invalid(source, 'its header is not an object');
  return header;
}

function inFileOrder(entries: Record<string, unknown>, source: string): [string, TensorEntry][] {
  const checked = Object.entries(entries).map(([name, entry]): [string, TensorEntry] => {
    if (!isTensorEntry(entry)) throw invalid(source, `tensor ${name} is described wrongly`);
    if (entry.dtype !== 'F32') throw invalid(source, `tensor ${name} has type ${entry.dtype}, expected F32`);
    return [name, entry];
  });
  // Empty tensors share their start with the next one and come first.
  return checked.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
}

/** A copy: in the file the values need not lie at a multiple of 4, and they must outlive the file's buffer. */
function copyValues(bytes: Uint8Array, start: number, length: number): Float32Array {
  return new Float32Array(Uint8Array.from(bytes.subarray(start, start + length)).buffer); // not slice: a Buffer's shares memory
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isTensorEntry(value: unknown): value is TensorEntry {
  if (!isRecord(value) || typeof value['dtype'] !== 'string') return false;
  const { shape, data_offsets: offsets } = value;
  return isSizes(shape) && isSizes(offsets) && offsets.length === 2;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
