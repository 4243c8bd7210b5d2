import { posix } from 'node:path';
import type { CelebaConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { testFromHeldOut } from '../../examples/test-from-held-out.js';
import { findDataFiles, dataImageReader, type DataFiles, type DataImage } from '../../formats/data-files.js';
import type { RowsToTake } from '../../formats/images/decode-image.js';
import { IMAGE_FILE } from '../../formats/images/decode-images.js';
import { requireFolder } from '../../formats/lists/folder-files.js';
import { findListedFiles } from '../../formats/lists/listed-files.js';
import { MISSING, type CategoryAttribute } from '../../model/attributes.js';
import { TEST_SHARE, type Examples, type ReadingNote, type Split } from '../../model/examples.js';
import { byCodeUnit } from '../../name-order.js';
import type { Reader } from '../reader.js';
import { whatIsThere } from '../what-is-there.js';
import {
  ATTRIBUTE_FILE, findList, PARTITION_FILE, readAttributeList, readPartition, type AttributeLine, type AttributeList, type PartOfImage,
} from './celeba-lists.js';

/** The rows of CelebA's aligned images, which have 178 x 218 pixels, that Fader Networks take: a square without most of the neck. */
const FACE_ROWS: RowsToTake = { first: 20, count: 178, of: 218 };

/** The rows that are taken of an image; null: all. */
export function facesOf({ crop }: CelebaConfig): RowsToTake | null {
  return crop ? FACE_ROWS : null;
}

export interface CelebaFolder {
  readonly folder: string;
  readonly config: CelebaConfig;
}

/**
 * CelebA as it is published: images in a folder or in archives, `list_attr_celeba.txt` with what each has, and perhaps
 * `list_eval_partition.txt`. Each attribute is a column of `no` and `yes`. Lines that are not as they should be, images without a line and
 * lines without an image are examples that cannot be read. Examples come in the order of their files' names.
 */
export const readCeleba: Reader<CelebaFolder> = async ({ folder, config }, { imageSize, channels, reading, unpacking }) => {
  if (imageSize === null) throw new TypeError('images in files have sizes of their own');
  await requireFolder(folder);
  const files = await findDataFiles(folder, unpacking);
  const list = await attributesIn(files, (path) => readAttributeList(path, files, unpacking));
  const { faces, notes } = facesIn(list, files);
  const partition = findList(files, PARTITION_FILE);
  const parts = partition === null ? null : await readPartition(partition, files, unpacking);
  const placed = parts === null ? faces : faces.map((face) => withPart(face, parts, partition ?? ''));
  const said = testFromHeldOut(parts === null ? null : placed.map(({ split }) => split));
  const images = placed.map(({ image }) => image);
  const form = {
    shape: { height: imageSize, width: imageSize, channels }, rules: reading.rules, background: reading.background, rows: facesOf(config),
  };
  return {
    origin: folder, count: images.length, inputs: dataImageReader(files, images, form), features: [],
    attributes: list.names.map((name, index) => attributeOf(name, placed.map(({ line }) => line?.values?.[index] ?? MISSING))),
    label: null, domain: null, splits: said.splits, testShare: TEST_SHARE, weights: null, groups: null,
    where: (face) => images[face]?.where ?? folder,
    columns: list.names.map((name, index) => ({ name, description: countedYes(list.lines, index) })),
    notes: [...files.notes, ...notes, ...rowsNote(config), ...(parts === null ? WITHOUT_PARTITION : []), ...said.notes],
  } satisfies Examples;
};

const WITHOUT_PARTITION: readonly ReadingNote[] = [{
  kind: 'notice', text: 'there is no list_eval_partition.txt: a sixth of the images is drawn for testing by the seed',
}];

function rowsNote(config: CelebaConfig): ReadingNote[] {
  const rows = facesOf(config);
  if (rows === null) return [];
  const text = `of each image the rows ${rows.first} to ${rows.first + rows.count - 1} of ${rows.of} are taken, of other heights as large `
    + 'a share (data.celeba.crop=false takes all)';
  return [{ kind: 'notice', text }];
}

async function attributesIn(files: DataFiles, read: (path: string) => Promise<AttributeList>): Promise<AttributeList> {
  const path = findList(files, ATTRIBUTE_FILE);
  if (path !== null) return read(path);
  const expected = 'list_attr_celeba.txt (or .txt.gz) and the images of CelebA';
  const message = `${files.folder}: expected ${expected}, found ${whatIsThere(files.paths)}`;
  throw new LetheError('DATA_MISSING', message, { details: { folder: files.folder } });
}

/** An image that is there or is listed. */
interface Face {
  readonly image: DataImage;
  /** Null: the list of attributes has none for it. */
  readonly line: AttributeLine | null;
  readonly split: Split;
}

/** Images that are listed and images that are there, by the names of their files. */
function facesIn({ where, lines }: AttributeList, { paths }: DataFiles): { faces: Face[]; notes: readonly ReadingNote[] } {
  const images = paths.filter((path) => IMAGE_FILE.test(path));
  const folders = new Set(images.map((path) => posix.dirname(path)));
  const [only = '.', second] = folders;
  // In one folder the names of files are all that there is to compare.
  const below = second === undefined && only !== '.' ? `${only}/` : '';
  const { files, notes } = findListedFiles({
    paths: images.map((path) => path.slice(below.length)), list: 'list_attr_celeba.txt', roots: [], rules: 2,
    cells: lines.map(({ file }) => file), whereOf: (row) => lines[row]?.where ?? where,
  });
  const listed = lines.map((line, row): Face => {
    const { file, fault } = files[row] as (typeof files)[number];
    const found = line.fault ?? fault;
    return { line, split: 'train', image: { where: line.where, path: fault === null ? `${below}${file}` : file, fault: found } };
  });
  const known = new Set(listed.map(({ image }) => image.path));
  const unlisted = images.filter((path) => !known.has(path)).map((path): Face => (
    { line: null, split: 'train', image: { where, path, fault: 'no line that says what it shows' } }
  ));
  return { faces: [...listed, ...unlisted].sort((one, other) => byCodeUnit(one.image.path, other.image.path)), notes };
}

function withPart(face: Face, parts: ReadonlyMap<string, PartOfImage>, list: string): Face {
  const part = parts.get(face.line?.file ?? posix.basename(face.image.path)) ?? { fault: `no line in ${list} that says its part` };
  if (typeof part === 'string') return { ...face, split: part };
  return { ...face, image: { ...face.image, fault: face.image.fault ?? part.fault } };
}

function attributeOf(name: string, values: readonly number[]): CategoryAttribute {
  return { kind: 'category', name, categories: ['no', 'yes'], values: Uint32Array.from(values) };
}

function countedYes(lines: readonly AttributeLine[], attribute: number): string {
  const known = lines.filter(({ values }) => values !== null);
  const yes = known.reduce((sum, { values }) => sum + (values?.[attribute] ?? 0), 0);
  return `${yes.toLocaleString('en-US')} of ${known.length.toLocaleString('en-US')} images`;
}
