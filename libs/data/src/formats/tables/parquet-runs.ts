import type { PageHeader } from 'hyparquet';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** A page that has been unpacked, and its column. */
export interface UnpackedPage {
  readonly header: PageHeader;
  /** With its levels before its values. */
  readonly bytes: Uint8Array;
  readonly isOptional: boolean;
  readonly isBoolean: boolean;
}

/**
 * Checks that no run of equal values is longer than its page: a few bytes may claim thousands of millions.
 * @returns the bytes of the page's text, if each value is written as what it has in common with the one before, and the rest; else 0
 * @throws RangeError
 */
export function checkRuns({ header, bytes, isOptional, isBoolean }: UnpackedPage): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const page = header.data_page_header ?? header.data_page_header_v2;
  if (page === undefined) return 0;
  const count = page.num_values;
  let offset = 0;
  if (isOptional && header.data_page_header_v2 === undefined) {
    checkLengths(view, { offset: 4, width: 1, count });
    offset = 4 + view.getUint32(0, true);
  } else if (header.data_page_header_v2 !== undefined) {
    const { definition_levels_byte_length: levels, repetition_levels_byte_length: before } = header.data_page_header_v2;
    if (isOptional) checkLengths(view, { offset: before, width: 1, count });
    offset = before + levels;
  }
  if (page.encoding === 'RLE' && isBoolean) checkLengths(view, { offset: offset + 4, width: 1, count });
  if (page.encoding.endsWith('_DICTIONARY') && offset < view.byteLength) {
    checkLengths(view, { offset: offset + 1, width: view.getUint8(offset), count });
  }
  return page.encoding === 'DELTA_BYTE_ARRAY' ? bytesOfText(view, offset, count) : 0;
}

/** Values that have all but a letter in common take a byte each, and are copied in full when they are read. */
function bytesOfText(view: DataView, offset: number, most: number): number {
  const counts = { view, offset };
  for (const _what of ['values in a block', 'parts of a block']) readVarInt(counts);
  const count = readVarInt(counts);
  if (!(count >= 0 && count <= most)) throw new RangeError(`${count} values in a page of ${most}`);
  const reader = { view, offset };
  const lengths = new Int32Array(count);
  let sum = 0;
  for (const _which of ['what is in common', 'the rest']) {
    deltaBinaryUnpack(reader, count, lengths);
    if (lengths.some((length) => length < 0)) throw new RangeError('text of a negative length');
    sum = lengths.reduce((total, length) => total + length, sum);
  }
  return sum;
}

/** Lengths of runs until `count` values are there or the page ends; values that are missing have no place among the values. */
function checkLengths(view: DataView, { offset, width, count }: { offset: number; width: number; count: number }): void {
  const reader = { view, offset };
  let seen = 0;
  while (seen < count && reader.offset < view.byteLength) {
    const header = readVarInt(reader);
    const groups = header >>> 1;
    const isPacked = (header & 1) === 1;
    seen += isPacked ? 8 * groups : groups;
    // Packed values come in eights; writers round them up, some to whole blocks.
    if (!isPacked && seen > count) throw new RangeError(`a run of ${groups} values in a page of ${count}`);
    reader.offset += isPacked ? groups * width : Math.ceil(width / 8);
  }
}
