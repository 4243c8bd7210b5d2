import { posix } from 'node:path';
import { IMAGE_FILE } from '../images/decode-images.js';

/** How a name in a list differs from the path of its file. */
export type Difference = 'slashes' | 'absolute' | 'folder' | 'extension' | 'case' | 'unicode';

/** The file that a list means, or why there is none, in words that follow "found". */
export type FoundFile =
  | {
    readonly path: string;
    readonly differences: readonly Difference[];
    /** What was taken off an absolute path of another machine; null: it is none. */
    readonly prefix: string | null;
  }
  | { readonly fault: string };

/** The list that names files. */
export interface ListPlace {
  /** Path of the list, relative to the folder of data as its files are; "labels.csv". */
  readonly list: string;
  /** The folder of data as absolute paths in the list may name it. */
  readonly roots: readonly string[];
}

const ABSOLUTE = /^([a-z]:)?\//i;
/** "mnist_m_test_labels.txt" belongs to the folder "mnist_m_test". */
const OWN_FOLDER = /^(.+?)[-_ .]?(labels?|list)\.[a-z]+$/i;
const LISTED_AT_MOST = 3;
const ALL_PARTS = Infinity;

/**
 * Finds the files that a list means among all files of a folder, which were looked for once. A name is meant relative to the folder of its
 * list, to the folder of the list's name, to the folder of data, and at last by the end of a path, if that is there once. Never
 * is one of several taken.
 */
export class FileFinder {
  readonly #paths: ReadonlySet<string>;
  /** Paths by their last parts, folded, with and without their extensions. Made when they are needed. */
  readonly #indices = new Map<string, Map<string, string[]>>();
  readonly #bases: readonly string[];
  readonly #ownFolder: string | null;
  readonly #roots: string[];

  /** @param paths relative, with forward slashes */
  constructor(paths: readonly string[], { list, roots }: ListPlace) {
    this.#paths = new Set(paths);
    const beside = posix.dirname(list) === '.' ? '' : posix.dirname(list);
    const own = OWN_FOLDER.exec(posix.basename(list))?.[1] ?? null;
    this.#ownFolder = own === null ? null : fold(own);
    this.#bases = [...new Set([beside, ...(own === null ? [] : [posix.join(beside, own)]), ''])];
    this.#roots = roots.map((root) => `${root.replaceAll('\\', '/').replace(/\/$/, '')}/`);
  }

  /** The file of that very name, as earlier runs read their lists. */
  findExactly(cell: string): FoundFile {
    const path = posix.normalize(cell);
    if (this.#paths.has(path)) return { path, differences: [], prefix: null };
    return { fault: isOutside(path) ? OUTSIDE : 'no such file' };
  }

  find(cell: string): FoundFile {
    for (const base of this.#bases) {
      const path = posix.join(base, cell);
      if (!ABSOLUTE.test(cell) && this.#paths.has(path)) return { path, differences: [], prefix: null };
    }
    const name = cell.replaceAll('\\', '/');
    const root = ABSOLUTE.test(name) ? this.#roots.find((candidate) => name.startsWith(candidate)) : undefined;
    if (ABSOLUTE.test(name) && root === undefined) return this.#findForeign(cell, posix.normalize(name));
    const relative = root === undefined ? name : name.slice(root.length);
    const inside = this.#bases.map((base) => posix.join(base, relative)).filter((path) => !isOutside(path));
    if (inside.length === 0) return { fault: OUTSIDE };
    const differences: Difference[] = root === undefined ? [] : ['absolute'];
    const found = this.#findAt(cell, inside, differences) ?? this.#findByEnd(cell, posix.normalize(relative), differences);
    return found ?? this.#missing(relative);
  }

  /** At the places where the name may be meant: in another spelling, or without its extension. */
  #findAt(cell: string, places: readonly string[], known: readonly Difference[]): FoundFile | null {
    for (const isStem of [false, true]) {
      for (const place of places) {
        const chosen = this.#choose(this.#lookUp(ALL_PARTS, isStem, fold(place)), place);
        if (chosen !== null) return this.#describe(chosen, { cell, name: place, known, isStem });
      }
    }
    return null;
  }

  /** By the end of its path, if there is one such path, or one in the folder of the list's name. */
  #findByEnd(cell: string, name: string, known: readonly Difference[]): FoundFile | null {
    const wanted = fold(name);
    for (const isStem of [false, true]) {
      const found = this.#lookUp(wanted.includes('/') ? 2 : 1, isStem, wanted)
        .filter((path) => `/${keyOf(path, isStem)}`.endsWith(`/${wanted}`));
      const own = found.filter((path) => this.#ownFolder !== null && fold(path).split('/').includes(this.#ownFolder));
      const chosen = this.#choose(own.length > 0 ? own : found, name);
      if (chosen !== null) return this.#describe(chosen, { cell, name, known: [...known, 'folder'], isStem });
    }
    return null;
  }

  /** An absolute path of another machine: the file that has most of its last parts. */
  #findForeign(cell: string, name: string): FoundFile {
    const parts = name.split('/');
    for (const isStem of [false, true]) {
      const candidates = this.#lookUp(1, isStem, fold(name));
      const alike = candidates.map((path) => sharedParts(fold(name), keyOf(path, isStem)));
      const most = alike.reduce((largest, count) => Math.max(largest, count), 0);
      const end = parts.slice(parts.length - most).join('/');
      const chosen = this.#choose(candidates.filter((_, position) => alike[position] === most), end);
      if (chosen === null) continue;
      const found = this.#describe(chosen, { cell, name: end, known: ['absolute'], isStem });
      if ('fault' in found) return found;
      const prefix = parts.slice(0, parts.length - most).join('/');
      // From now on this is a root: with many files of one name, to compare each path with all of them would take too long.
      this.#roots.push(`${prefix}/`);
      return { ...found, prefix };
    }
    return { fault: `a path outside the data folder, and no file named ${parts.at(-1) ?? ''} inside it` };
  }

  /** Paths that have the last parts of a folded key. */
  #lookUp(parts: number, isStem: boolean, key: string): readonly string[] {
    const name = `${parts} ${isStem}`;
    const index = this.#indices.get(name) ?? this.#makeIndex(parts, isStem);
    this.#indices.set(name, index);
    return index.get(lastParts(key, parts)) ?? [];
  }

  #makeIndex(parts: number, isStem: boolean): Map<string, string[]> {
    const index = new Map<string, string[]>();
    for (const path of this.#paths) {
      if (isStem && !IMAGE_FILE.test(path)) continue;
      const key = lastParts(keyOf(path, isStem), parts);
      const before = index.get(key);
      if (before === undefined) index.set(key, [path]);
      else before.push(path);
    }
    return index;
  }

  /** The only path; of several, the one that is spelled like the name. */
  #choose(found: readonly string[], name: string): readonly string[] | null {
    if (found.length <= 1) return found.length === 0 ? null : found;
    for (const same of [(path: string) => path, (path: string) => path.normalize('NFC')]) {
      const alike = found.filter((path) => `/${same(path)}`.endsWith(`/${same(name)}`));
      if (alike.length === 1) return alike;
    }
    return found;
  }

  #describe(found: readonly string[], { cell, name, known, isStem }: Meaning): FoundFile {
    const [path = ''] = found;
    if (found.length > 1) return { fault: `${found.length} files of that name: ${inWords(found)}` };
    const differences = [...known];
    if (cell.includes('\\')) differences.push('slashes');
    if (isStem) differences.push('extension');
    const tail = isStem ? withoutExtension(path) : path;
    if (!`/${tail.normalize('NFC')}`.endsWith(`/${name.normalize('NFC')}`)) differences.push('case');
    else if (!`/${tail}`.endsWith(`/${name}`)) differences.push('unicode');
    return { path, differences, prefix: null };
  }

  #missing(name: string): FoundFile {
    const others = this.#lookUp(1, true, withoutExtension(fold(name)));
    return { fault: others.length === 0 ? 'no such file' : `no such file, but ${inWords(others)}` };
  }
}

const OUTSIDE = 'a path that leads out of the data folder';

interface Meaning {
  readonly cell: string;
  readonly name: string;
  readonly known: readonly Difference[];
  readonly isStem: boolean;
}

/** Without differences that file systems and spreadsheets make: case, and Unicode's form. */
function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function keyOf(path: string, isStem: boolean): string {
  return isStem ? withoutExtension(fold(path)) : fold(path);
}

function withoutExtension(path: string): string {
  return path.slice(0, path.length - posix.extname(path).length);
}

function lastParts(path: string, parts: number): string {
  return parts === ALL_PARTS ? path : path.split('/').slice(-parts).join('/');
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith('../') || ABSOLUTE.test(path);
}

/** How many parts at the ends of two paths are the same. */
function sharedParts(some: string, others: string): number {
  const [a, b] = [some.split('/').reverse(), others.split('/').reverse()];
  const first = a.findIndex((part, index) => part !== b[index]);
  return first < 0 ? a.length : first;
}

function inWords(paths: readonly string[]): string {
  const shown = paths.slice(0, LISTED_AT_MOST).join(', ');
  return paths.length > LISTED_AT_MOST ? `${shown} and ${paths.length - LISTED_AT_MOST} more` : shown;
}
