import { join } from 'node:path';
import { requireFolder } from '../formats/folder-files.js';
import { imageFileReader } from '../formats/image-files.js';
import { LABELS_FILE, readLabelsCsv } from '../formats/labels-csv.js';
import { categoryAttribute } from '../model/attributes.js';
import { TEST_SHARE } from '../model/examples.js';
import type { Reader } from './reader.js';

/**
 * A folder of images with a list of them, perhaps of several populations, which a column of the list names. Images come in the order of
 * their file names, not of the rows.
 */
export const readImageList: Reader<string> = async (folder, { imageSize, channels, reading }) => {
  await requireFolder(folder);
  const files = await readLabelsCsv(folder);
  const list = join(folder, LABELS_FILE);
  if (imageSize === null) throw new TypeError('images of a list have sizes of their own');
  const shape = { height: imageSize, width: imageSize, channels };
  const inputs = imageFileReader({
    shape, rules: reading.rules, background: reading.background,
    files: files.map(({ file, line }) => ({ path: join(folder, file), where: `${list}, line ${line}` })),
  });
  const hasDomains = files.some(({ domain }) => domain !== undefined);
  const splits = files.map(({ split }) => split ?? 'train');
  return {
    origin: list, count: files.length, inputs, features: [],
    attributes: [
      categoryAttribute('label', files.map(({ label }) => label)),
      ...(hasDomains ? [categoryAttribute('domain', files.map(({ domain }) => domain ?? null))] : []),
    ],
    label: 'label', domain: hasDomains ? 'domain' : null,
    splits: files.some(({ split }) => split !== undefined) ? splits : null, testShare: TEST_SHARE,
    weights: null, groups: null, columns: [], notes: [], where: (example) => `${list}, line ${files[example]?.line ?? 0}`,
  };
};
