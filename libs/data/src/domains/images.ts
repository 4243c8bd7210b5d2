import { join } from 'node:path';
import { splitRows } from '../examples/test-split.js';
import { requireFolder } from '../formats/folder-files.js';
import { decodeListedImages, LABELS_FILE, listedDomains, readLabelsCsv, type LabelledFile } from '../formats/labels-csv.js';
import { invalidData } from '../invalid-data.js';
import { byCodeUnit } from '../name-order.js';
import type { DomainExamples, DomainOptions, DomainReader } from './domain.js';

/**
 * A folder of images of several populations; a column of labels.csv names the population of each image.
 * @throws LetheError DATA_MISSING, DATA_INVALID
 */
export async function openImageDomains(folder: string, options: DomainOptions): Promise<DomainReader> {
  await requireFolder(folder);
  const table = join(folder, LABELS_FILE);
  const files = await readLabelsCsv(folder);
  const names = listedDomains(files).sort(byCodeUnit);
  if (names.length === 0) throw invalidData(table, 'a column domain with the population of each image', 'no such column');
  const { imageSize, channels, seed } = options;
  const shape = { height: imageSize, width: imageSize, channels };
  const examples = async (rows: readonly LabelledFile[]): Promise<DomainExamples> =>
    ({ images: await decodeListedImages(folder, rows, shape), labels: rows.map(({ label }) => label) });
  return {
    names,
    read: async (name) => {
      const rows = files.filter(({ domain }) => domain === name);
      const { train, test } = splitRows(rows, { where: `${table}, domain ${name}`, seed, domain: name });
      return { name, shape, train: await examples(train), test: await examples(test) };
    },
  };
}
