/** Beginnings of files by which they are known, and what they are called in messages. */
const KINDS: readonly (readonly [start: string, kind: string])[] = [
  ['\x1f\x8b', 'a gzip file'], ['BZh', 'a bzip2 file'], ['PK\x03\x04', 'a zip archive'], ['\xfd7zXZ\0', 'an xz file'],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file'], ['\x93NUMPY', 'an array of numpy'], ['\x89PNG', 'a PNG image'], ['\xff\xd8\xff', 'a JPEG image'],
  ['PAR1', 'a Parquet file'], ['\x80\x02', 'a file of Python objects (pickle)'], ['\x80\x03', 'a file of Python objects (pickle)'],
  ['\x80\x04', 'a file of Python objects (pickle)'], ['\x80\x05', 'a file of Python objects (pickle)'],
  ['version https://git-lfs', 'a pointer of Git LFS, not the file itself (git lfs pull gets it)'],
];
const WEB_PAGE = /^(\xef\xbb\xbf)?\s*(<!doctype html|<html|<\?xml|<!--)/i;
/** Bytes that show what a file is. */
export const START_BYTES = 64;

/** What a file that begins like this seems to be; null: none of the kinds that people mix up with data. */
export function foreignKind(start: Uint8Array): string | null {
  const text = Buffer.from(start.subarray(0, START_BYTES)).toString('latin1');
  if (WEB_PAGE.test(text)) return 'a web page, as a download gives that needs a login or another address';
  return KINDS.find(([beginning]) => text.startsWith(beginning))?.[1] ?? null;
}
