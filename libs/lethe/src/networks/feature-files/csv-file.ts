import { open, type FileHandle } from 'node:fs/promises';
import type { ExampleSource } from '@lethe/data';
import { stringify } from 'csv-stringify/sync';
import { featureName, type FeatureFile } from './feature-file.js';

/** A table as text, written row by row: where each example comes from, then cells of its own. */
export class CsvFile {
  readonly #handle: FileHandle;
  readonly #columns: readonly string[];
  /** Whether examples are rows of files; null: not known before the first. */
  #hasRows: boolean | null = null;

  private constructor(handle: FileHandle, columns: readonly string[]) {
    this.#handle = handle;
    this.#columns = columns;
  }

  /** @param columns names of the columns behind those of the sources */
  static async create(path: string, columns: readonly string[]): Promise<CsvFile> {
    return new CsvFile(await open(path, 'wx'), columns);
  }

  async write(sources: readonly ExampleSource[], cellsOf: (example: number) => readonly (string | number)[]): Promise<void> {
    const isFirst = this.#hasRows === null;
    this.#hasRows ??= sources.some(({ row }) => row !== null);
    const hasRows = this.#hasRows;
    const rows = sources.map(({ file, row }, example) => [file, ...(hasRows ? [row ?? ''] : []), ...cellsOf(example)]);
    const header = isFirst ? [['file', ...(hasRows ? ['row'] : []), ...this.#columns]] : [];
    await this.#handle.writeFile(stringify([...header, ...rows]));
  }

  async finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  abandon(): Promise<void> {
    return this.#handle.close();
  }
}

/** Features as a table of text. */
export async function createCsvFile(path: string, size: number): Promise<FeatureFile> {
  const file = await CsvFile.create(path, Array.from({ length: size }, (_, index) => featureName(index)));
  return {
    write: ({ sources, features }) => file.write(sources, (example) => (
      Array.from(features.subarray(example * size, (example + 1) * size), shortNumber)
    )),
    finish: () => file.finish(),
    abandon: () => file.abandon(),
  };
}

/** The fewest digits from which the same float32 is read. */
export function shortNumber(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
