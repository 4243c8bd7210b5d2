import type { ExampleSource } from '@lethe/data';

/** What a value is called as a folder. */
export function folderName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} _.,=+-]/gu, '_').replace(/^\.+/, '_') || '_';
}

/**
 * A file name for each example: that of its source, with its row where it has one. No two are the same, and none lies in a folder of the
 * output's own.
 */
export class FileNames {
  readonly #names = new DistinctNames();
  readonly #folders: readonly string[];

  /** @param folders of the output's own */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  nameOf({ file, row }: ExampleSource): string {
    const base = row === null ? file.replace(/\.[^./]+$/, '') : `${file.replace(/(\.gz)$/i, '')}-${String(row).padStart(6, '0')}`;
    // Two images may differ in the ending of their names alone.
    return `${this.#names.of(this.#elsewhere(base), this.#elsewhere(file))}.png`;
  }

  /** The same path, but for the name of its first folder where that is one of the output's own. */
  #elsewhere(path: string): string {
    const [first = '', ...below] = path.split('/');
    let folder = first;
    while (below.length > 0 && this.#folders.includes(folder)) folder += '-own';
    return [folder, ...below].join('/');
  }
}

/** Names of which no two are the same: a name that is taken gives way to another one, or gets a number. */
export class DistinctNames {
  readonly #taken = new Set<string>();

  of(name: string, otherwise = name): string {
    let found = this.#taken.has(name) ? otherwise : name;
    for (let number = 2; this.#taken.has(found); number += 1) found = `${otherwise}-${number}`;
    this.#taken.add(found);
    return found;
  }
}
