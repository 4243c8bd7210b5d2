import type { ColumnMetaData, Compressors, PageHeader } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';
import { parquetHeader } from 'hyparquet/src/column.js';
import { invalidData } from '../../invalid-data.js';
import { checkRuns } from './parquet-runs.js';
import type { Unpacking } from '../archives/unpacking.js';

/** Zstandard's own header would otherwise say how much memory is taken. */
export const PAGE_COMPRESSORS: Compressors = {
  ...compressors, ZSTD: (packed, length) => decompressZstd(packed, new Uint8Array(length)),
};

/** The pages of a column within a group of rows, and what they have to hold. */
export interface ColumnPages {
  /** For messages: file and column. */
  readonly where: string;
  readonly bytes: ArrayBuffer;
  readonly rows: number;
  readonly chunk: ColumnMetaData;
  readonly isOptional: boolean;
}

/**
 * Checks what the headers of pages claim before memory is taken for it: their sizes and counts, and the lengths of runs.
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE; RangeError for damaged data
 */
export function checkPages(pages: ColumnPages, unpacking: Unpacking): void {
  const { where, bytes, rows } = pages;
  const reader = { view: new DataView(bytes), offset: 0 };
  let found = 0;
  while (found < rows && reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size, dictionary_page_header: dictionary } = header;
    if (!(packed >= 0 && packed <= bytes.byteLength - reader.offset && size >= 0)) {
      throw invalidData(where, 'pages within the column', `one of ${packed} bytes, ${size} when unpacked`);
    }
    const count = valuesOf(header);
    // Each value of a dictionary takes a bit at least.
    const most = dictionary === undefined ? rows - found : 8 * size;
    if (!(count >= 0 && count <= most)) throw invalidData(where, `at most ${most} values in a page`, `${count}`);
    if (dictionary === undefined) found += count;
    if (pages.chunk.codec !== 'UNCOMPRESSED') unpacking.take(where, size);
    const page = unpacked(header, new Uint8Array(bytes, reader.offset, packed), pages);
    unpacking.take(where, checkRuns({ header, bytes: page, isOptional: pages.isOptional, isBoolean: pages.chunk.type === 'BOOLEAN' }));
    reader.offset += packed;
  }
  if (found !== rows) throw invalidData(where, `values for ${rows} rows`, `${found}`);
}

function valuesOf({ data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary }: PageHeader): number {
  return first?.num_values ?? second?.num_values ?? dictionary?.num_values ?? 0;
}

/** A page with its values unpacked. Levels of the second version lie before them, and are never packed. */
function unpacked(header: PageHeader, packed: Uint8Array, { chunk: { codec } }: ColumnPages): Uint8Array {
  const second = header.data_page_header_v2;
  if (codec === 'UNCOMPRESSED' || second?.is_compressed === false) return packed;
  const levels = second === undefined ? 0 : second.definition_levels_byte_length + second.repetition_levels_byte_length;
  const length = header.uncompressed_page_size - levels;
  if (length <= 0) return packed;
  const compressor = PAGE_COMPRESSORS[codec];
  if (compressor === undefined) throw new RangeError(`packed by ${codec}`);
  return Buffer.concat([packed.subarray(0, levels), compressor(packed.subarray(levels), length)]);
}
