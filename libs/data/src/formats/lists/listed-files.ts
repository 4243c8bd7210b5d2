import type { ReadingConfig } from '@lethe/config';
import type { ReadingNote } from '../../model/examples.js';
import { FileFinder, type Difference, type ListPlace } from './file-finder.js';

/** A list and the files among which it may mean some. */
export interface FileList extends ListPlace, Pick<ReadingConfig, 'rules'> {
  /** All files, as `scanFiles` finds them or as archives name them. */
  readonly paths: readonly string[];
  /** The names in the list, and the place of each for messages. */
  readonly cells: readonly string[];
  readonly whereOf: (row: number) => string;
}

/** The file that a row means. */
export interface ListedFile {
  /** Path among the files; if there is none, the name in the list. */
  readonly file: string;
  /** Why there is none, in words that follow "found". */
  readonly fault: string | null;
  /** The row that means the same file and comes before this one. */
  readonly again?: number;
}

/**
 * The files that the rows of a list mean, each of them once, and how their names differ from the files' paths. By the rules of earlier
 * runs, a name is a path and nothing else.
 */
export function findListedFiles(list: FileList): { readonly files: readonly ListedFile[]; readonly notes: readonly ReadingNote[] } {
  const finder = new FileFinder(list.paths, list);
  const rowOf = new Map<string, number>();
  const differing = new Map<Difference, Differing>();
  let prefix: string | null = null;
  const files = list.cells.map((cell, row): ListedFile => {
    const found = list.rules === 1 ? finder.findExactly(cell) : finder.find(cell);
    if ('fault' in found) return { file: cell, fault: found.fault };
    const before = rowOf.get(found.path);
    if (before !== undefined) return { file: cell, fault: `the file of ${list.whereOf(before)} again`, again: before };
    // Paths of two folders of another machine may have the same ends: only one of the folders is this one.
    prefix ??= found.prefix;
    if (found.prefix !== null && found.prefix !== prefix) {
      return { file: cell, fault: `a path of another folder than the others, which begin with ${prefix ?? ''}/` };
    }
    rowOf.set(found.path, row);
    for (const difference of found.differences) count(differing, difference, [cell, found.path]);
    return { file: found.path, fault: null };
  });
  return { files, notes: [...differing].map(([difference, { count: rows, first }]) => noteOf(difference, rows, first)) };
}

interface Differing {
  count: number;
  readonly first: readonly [string, string];
}

function count(differing: Map<Difference, Differing>, difference: Difference, pair: Differing['first']): void {
  const before = differing.get(difference);
  if (before === undefined) differing.set(difference, { count: 1, first: pair });
  else before.count += 1;
}

const IN_WORDS: Readonly<Record<Difference, string>> = {
  slashes: 'with backslashes', absolute: 'with an absolute path', folder: 'without the folders above it',
  extension: 'without its extension', case: 'in another case', unicode: 'in another form of Unicode',
};

function noteOf(difference: Difference, rows: number, [cell, path]: Differing['first']): ReadingNote {
  const files = rows === 1 ? '1 file is' : `${rows} files are`;
  return { kind: 'notice', text: `${files} listed ${IN_WORDS[difference]}; the first: ${cell} for ${path}` };
}
