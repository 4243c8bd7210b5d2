import { readdir } from 'node:fs/promises';
import { invalidData } from '../../invalid-data.js';
import { byCodeUnit } from '../../name-order.js';
import { findFile } from '../lists/folder-files.js';

/** The files of one part of a data set. */
export interface IdxFiles { readonly images: string; readonly labels: string }

/** Name of an IDX file: perhaps a data set (`emnist-letters`), the part, the kind, the number of dimensions and the type. */
const IDX_NAME = /^(?:(.+?)[-_.])?(train|test|t10k)[-_](images|labels)[-_.]idx([123])[-_.](?:u?byte|short|int|float|double)(\.gz)?$/i;
/** MNIST's names of the parts come first. */
const PARTS: Readonly<Record<'train' | 'test', readonly string[]>> = { train: ['train'], test: ['t10k', 'test'] };

type Kind = 'images' | 'labels';
interface IdxName { readonly name: string; readonly set: string; readonly part: string; readonly kind: string; readonly order: string }

/**
 * The IDX files of a folder, by MNIST's names or by those of EMNIST and QMNIST, which have the data set in front.
 * @throws LetheError DATA_MISSING naming a file that is missing, DATA_INVALID for several data sets in one folder
 */
export async function findIdxFiles(folder: string): Promise<Readonly<Record<'train' | 'test', IdxFiles>>> {
  const found = (await readdir(folder)).flatMap(parseName).sort((a, b) => byCodeUnit(a.order, b.order));
  const set = chooseSet(folder, found);
  const filesOf = async (split: 'train' | 'test'): Promise<IdxFiles> => {
    const namesOf = (part: string, kind: Kind): string[] =>
      found.filter((file) => file.set === set && file.part === part && file.kind === kind).map(({ name }) => name);
    const [usual = '', other = usual] = PARTS[split];
    const part = namesOf(usual, 'images').length === 0 && namesOf(other, 'images').length > 0 ? other : usual;
    const find = (kind: Kind): Promise<string> => findFile(folder, [...namesOf(part, kind), ...usualNames(set, part, kind)]);
    return { images: await find('images'), labels: await find('labels') };
  };
  return { train: await filesOf('train'), test: await filesOf('test') };
}

/** MNIST's names, which have no set in front, win over others. */
function chooseSet(folder: string, found: readonly IdxName[]): string {
  const sets = [...new Set(found.map(({ set }) => set))];
  if (sets.includes('') || sets.length === 0) return '';
  const [only = '', another] = sets;
  if (another === undefined) return only;
  throw invalidData(folder, 'one data set of IDX files: put each into a folder of its own', sets.sort(byCodeUnit).join(', '));
}

function parseName(name: string): IdxName[] {
  const match = name.startsWith('.') ? null : IDX_NAME.exec(name);
  if (match === null) return [];
  const [, set = '', part = '', kind = '', rank = '', gz = ''] = match;
  // Images have three dimensions. Of the labels, plain ones come before QMNIST's rows, and unpacked files before packed ones.
  if (kind.toLowerCase() === 'images' && rank !== '3') return [];
  return [{ name, set, part: part.toLowerCase(), kind: kind.toLowerCase(), order: `${rank}${gz === '' ? 0 : 1}${name}` }];
}

function usualNames(set: string, part: string, kind: Kind): string[] {
  const stem = `${set === '' ? '' : `${set}-`}${part}-${kind}`;
  const dimensions = `idx${kind === 'images' ? 3 : 1}-ubyte`;
  return [`${stem}-${dimensions}`, `${stem}.${dimensions}`].flatMap((name) => [name, `${name}.gz`]);
}
