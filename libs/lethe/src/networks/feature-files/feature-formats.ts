import { extname } from 'node:path';
import { LetheError } from '@lethe/errors';
import { createArrayFile, npyHead, safetensorsHead } from './array-file.js';
import { createCsvFile } from './csv-file.js';
import type { FeatureFormat } from './feature-file.js';
import { createParquetFile } from './parquet-file.js';

/** Kinds of files by the endings of their names. Another kind is a file beside this one and a row here. */
const FORMATS: Readonly<Record<string, FeatureFormat>> = {
  '.npy': { holdsSources: false, create: (path, size) => createArrayFile(path, (examples) => npyHead(examples, size)) },
  '.csv': { holdsSources: true, create: createCsvFile },
  '.parquet': { holdsSources: true, create: createParquetFile },
  '.safetensors': { holdsSources: false, create: (path, size) => createArrayFile(path, (examples) => safetensorsHead(examples, size)) },
};

/** The format of a file by its name. @throws LetheError CONFIG_INVALID */
export function formatOf(path: string): FeatureFormat {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new LetheError('CONFIG_INVALID', `--out: expected a file that ends in ${Object.keys(FORMATS).join(', ')}, found ${path}`);
}
