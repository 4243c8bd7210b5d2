import { invalidData } from '../invalid-data.js';
import { decodeInOwnSize } from './decode-images.js';
import type { LabelledImages } from './labelled-images.js';
import type { PackedFile } from './packed-files.js';
import type { Unpacking } from './unpacking.js';

/** Name of a list of labels. */
export const LABEL_LIST = /labels\.txt$/i;

/**
 * Images of one size, out of a folder's files and those packed in it, with a list of lines "file label".
 * @throws LetheError DATA_INVALID naming line and file, DATA_TOO_LARGE
 */
export async function readListedImages(folder: string, files: readonly PackedFile[], unpacking: Unpacking): Promise<LabelledImages> {
  const list = files.find(({ name }) => LABEL_LIST.test(name));
  if (list === undefined) throw invalidData(folder, 'a list of labels (…labels.txt with lines "file label")', 'none');
  const byName = new Map(files.map((file) => [file.name, file]));
  const rows = readLabelList(list);
  const chosen = rows.map(({ file, where }) => byName.get(file) ?? missing(where, file));
  const images = await decodeInOwnSize(chosen, unpacking);
  const shape = images[0]?.shape ?? { height: 0, width: 0, channels: 3 };
  const length = shape.height * shape.width * shape.channels;
  const joined = new Uint8Array(images.length * length);
  for (const [index, image] of images.entries()) {
    const { height, width } = image.shape;
    if (height !== shape.height || width !== shape.width) {
      const { where } = chosen[index] ?? list;
      throw invalidData(where, `${shape.height} x ${shape.width} pixels like the first image`, `${height} x ${width}`);
    }
    joined.set(image.images, index * length);
  }
  return { images: joined, count: images.length, shape, labels: rows.map(({ label }) => label) };
}

interface ListedImage { readonly file: string; readonly label: string; readonly where: string }

function readLabelList({ where, bytes }: PackedFile): ListedImage[] {
  const lines = bytes.toString('utf8').split('\n')
    .map((line, index) => ({ cells: line.trim().split(/\s+/), where: `${where}, line ${index + 1}` }));
  const rows = lines.filter(({ cells }) => cells[0] !== '').map(({ cells, where: line }): ListedImage => {
    const [file = '', label = '', ...rest] = cells;
    if (label === '' || rest.length > 0) throw invalidData(line, 'a file and its label', JSON.stringify(cells.join(' ')));
    return { file, label, where: line };
  });
  if (rows.length === 0) throw invalidData(where, 'a line for each image', 'none');
  const seen = new Set<string>();
  for (const { file, where: line } of rows) {
    if (seen.has(file)) throw invalidData(line, 'every file once', `${file} again`);
    seen.add(file);
  }
  return rows;
}

function missing(where: string, file: string): never {
  throw invalidData(where, `the image ${file}`, 'no such file');
}
