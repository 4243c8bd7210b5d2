import { join } from 'node:path';
import { byCodeUnit } from '../class-names.js';
import { requireFolder } from '../formats/folder-files.js';
import { decodeImages } from '../formats/decode-images.js';
import { invalidData } from '../invalid-data.js';
import { imagePath, LABELS_FILE, readLabelsCsv, type LabelledFile } from '../formats/labels-csv.js';
import { splitRows } from '../examples/test-split.js';
import type { DomainExamples, DomainOptions, DomainReader } from './domain.js';

/** A folder of images of several populations: labels.csv has a column that tells them apart. @throws LetheError DATA_MISSING, DATA_INVALID */
export async function openImageDomains(folder: string, options: DomainOptions): Promise<DomainReader> {
  await requireFolder(folder);
  const table = join(folder, LABELS_FILE);
  const files = await readLabelsCsv(folder);
  const names = [...new Set(files.map(({ domain }) => domain))].filter((name) => name !== undefined).sort(byCodeUnit);
  if (names.length === 0) throw invalidData(table, 'a column domain, for what to tell apart', 'no such column');
  const { imageSize, channels, seed } = options;
  const shape = { height: imageSize, width: imageSize, channels };
  const examples = async (rows: readonly LabelledFile[]): Promise<DomainExamples> => ({
    images: await decodeImages(rows.map((file) => ({ path: imagePath(folder, file), where: `${table}, line ${file.line}` })), shape),
    labels: rows.map(({ label }) => label),
  });
  return {
    names,
    read: async (name) => {
      const { train, test } = splitRows(files.filter(({ domain }) => domain === name), { where: `${table}, domain ${name}`, seed, domain: name });
      return { name, shape, train: await examples(train), test: await examples(test) };
    },
  };
}
