import { findDataFiles, dataImageReader } from '../formats/data-files.js';
import { IMAGE_FILE } from '../formats/images/decode-images.js';
import { TEST_SHARE, type Examples } from '../model/examples.js';
import type { ReaderOptions } from '../readers/reader.js';

/** Photographs are looked at in this size, whatever a run would read: nothing learns from them as they are. */
const SHAPE = { height: 64, width: 64, channels: 3 };

/** All images of a folder, in archives or not, of which nothing else is known; null: there are none. */
export async function readUnlabelledImages(folder: string, { reading, unpacking }: ReaderOptions): Promise<Examples | null> {
  const files = await findDataFiles(folder, unpacking);
  // A refusal names the file itself.
  const images = files.paths.filter((path) => IMAGE_FILE.test(path)).map((path) => ({ where: folder, path, fault: null }));
  if (images.length === 0) return null;
  return {
    origin: folder, count: images.length, attributes: [], label: null, domain: null, columns: [], features: [],
    inputs: dataImageReader(files, images, { shape: SHAPE, rules: reading.rules, background: reading.background }),
    // There is nothing to test.
    splits: images.map(() => 'train'), testShare: TEST_SHARE, weights: null, groups: null,
    where: (image) => `${folder}/${images[image]?.path ?? ''}`, notes: files.notes,
  };
}
