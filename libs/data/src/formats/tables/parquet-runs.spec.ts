import type { DataPageHeader, PageHeader } from 'hyparquet/src/types.js';
import { describe, expect, it } from 'vitest';
import { checkRuns } from './parquet-runs.js';

/** A header of ten values. */
function headerOf(encoding: DataPageHeader['encoding']): PageHeader {
  const page: DataPageHeader = { num_values: 10, encoding, definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' };
  return { type: 'DATA_PAGE', uncompressed_page_size: 100, compressed_page_size: 100, data_page_header: page };
}

/** A run of 2^27 ones. */
const LONG_RUN = [0x80, 0x80, 0x80, 0x80, 0x01, 1];
const TEN_ONES = [20, 1];

describe('runs of equal values', () => {
  it('may be as long as their page', () => {
    const bytes = Uint8Array.of(2, 0, 0, 0, ...TEN_ONES, 3, 6, 7, ...[3, 0xff, 0xff, 0xff]);
    expect(() => { checkRuns({ header: headerOf('RLE_DICTIONARY'), bytes, isOptional: true, isBoolean: false }); }).not.toThrow();
  });

  it.each<[string, DataPageHeader['encoding'], number[], boolean]>([
    ['missing values', 'PLAIN', [6, 0, 0, 0, ...LONG_RUN], true],
    ['values of a dictionary', 'RLE_DICTIONARY', [1, ...LONG_RUN], false],
    ['values of a dictionary behind missing ones', 'RLE_DICTIONARY', [2, 0, 0, 0, ...TEN_ONES, 1, ...LONG_RUN], true],
    ['true and false', 'RLE', [6, 0, 0, 0, ...LONG_RUN], false],
  ])('are refused when they claim more: %s', (_, encoding, bytes, isOptional) => {
    const page = { header: headerOf(encoding), bytes: Uint8Array.from(bytes), isOptional, isBoolean: encoding === 'RLE' };
    expect(() => { checkRuns(page); }).toThrow('a run of 134217728 values in a page of 10');
  });
});
