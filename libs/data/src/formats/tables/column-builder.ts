import type { ReadingConfig } from '@lethe/config';
import { parseNumber } from '../../columns/numbers.js';
import { invalidData } from '../../invalid-data.js';
import { IN_NUMBERS, type Column } from '../../model/column.js';
import { GrowingArray } from './growing-array.js';

/** Different cells after which a column that is nearly all numbers keeps them as numbers. */
export const MOST_WORDS = 65_536;
/** Share of different cells that are numbers in such a column. */
const NEARLY_ALL = 0.9;
/** Bound on the memory that the different cells of all columns of a table take, in bytes. */
const MOST_WORD_BYTES = 2 ** 29;
/** What a word costs besides its characters: its string, its place in a list and in a map. */
const BYTES_PER_WORD = 80;
const NOT_ASCII = /[\u0080-\uffff]/;
/** Digits behind a zero, or more of them than a number holds: a spelling that a number does not give back. */
const IDENTIFIER = /^[+-]?(0\d+|\d{16,})$/;

/**
 * How cells are read, whatever their column. By the rules 1 they are kept byte by byte, by the rules 2 trimmed and in Unicode's composed
 * form.
 */
export type CellReading = Pick<ReadingConfig, 'rules' | 'decimal' | 'thousands'>;

/** What the different cells of a table may still take. */
export interface WordMemory {
  leftBytes: number;
  /** The file that is being read, for messages. */
  file: string;
}

export function wordMemory(): WordMemory {
  return { leftBytes: MOST_WORD_BYTES, file: '' };
}

/** Collects the cells of a column. */
export class ColumnBuilder {
  readonly name: string;
  readonly #reading: CellReading;
  readonly #memory: WordMemory;
  #words: string[] = [];
  /** Of each word, and of its other spellings. */
  #codeOf = new Map<string, number>();
  readonly #codes = new GrowingArray((length) => new Uint32Array(length));
  #numbers: GrowingArray<Float64Array> | null = null;
  #isDecided = false;

  /** @param name as the header has it */
  constructor(name: string, reading: CellReading, memory: WordMemory) {
    this.#reading = reading;
    this.#memory = memory;
    this.name = this.#composed(this.#trimmed(name));
  }

  /** @throws LetheError DATA_INVALID when there is too much different text */
  push(cell: string): void {
    const text = this.#trimmed(cell);
    if (this.#numbers !== null) {
      const number = this.#numberOf(text);
      this.#numbers.push(number);
      if (!Number.isNaN(number)) {
        this.#codes.push(IN_NUMBERS);
        return;
      }
    }
    this.#codes.push(this.#codeOf.get(text) ?? this.#newCode(text));
    if (!this.#isDecided && this.#words.length > MOST_WORDS) this.#decide();
  }

  /** The column; the builder is empty afterwards. */
  finish(): Column {
    const words = this.#words;
    this.#words = [];
    this.#codeOf = new Map();
    const count = this.#codes.length;
    return { name: this.name, count, words, codes: this.#codes.take(), numbers: this.#numbers?.take() ?? null };
  }

  #newCode(text: string): number {
    const word = this.#composed(text);
    let code = this.#codeOf.get(word);
    if (code === undefined) {
      code = this.#words.push(word) - 1;
      this.#codeOf.set(word, code);
    }
    if (word !== text) this.#codeOf.set(text, code);
    this.#memory.leftBytes -= BYTES_PER_WORD + 2 * text.length;
    if (this.#memory.leftBytes < 0) throw this.#tooMuchText();
    return code;
  }

  /** Turns the words that are numbers into numbers, if nearly all of them are. */
  #decide(): void {
    this.#isDecided = true;
    const values = Float64Array.from(this.#words, (word) => this.#numberOf(word));
    const words = this.#words.filter((_word, code) => Number.isNaN(values[code]));
    if (words.length > (1 - NEARLY_ALL) * values.length) return;
    const codeOf = new Map(words.map((word, code) => [word, code]));
    const newCodes = Uint32Array.from(this.#words, (word) => codeOf.get(word) ?? IN_NUMBERS);
    this.#numbers = new GrowingArray((length) => new Float64Array(length));
    for (let row = 0; row < this.#codes.length; row += 1) {
      const code = this.#codes.at(row);
      this.#numbers.push(values[code] as number);
      this.#codes.set(row, newCodes[code] as number);
    }
    this.#memory.leftBytes += (values.length - words.length) * BYTES_PER_WORD;
    this.#words = words;
    this.#codeOf = codeOf;
  }

  /** NaN for what is no finite number, or an identifier, which would not be the same again. */
  #numberOf(text: string): number {
    const number = parseNumber(text, this.#reading) ?? NaN;
    return Number.isFinite(number) && !IDENTIFIER.test(text) ? number : NaN;
  }

  #trimmed(cell: string): string {
    return this.#reading.rules === 1 ? cell : cell.trim();
  }

  #composed(text: string): string {
    return this.#reading.rules === 2 && NOT_ASCII.test(text) ? text.normalize('NFC') : text;
  }

  #tooMuchText(): Error {
    const most = `different cells that take at most ${MOST_WORD_BYTES / 2 ** 20} MiB of memory together`;
    return invalidData(`${this.#memory.file}, column "${this.name}"`, `${most} (leave free text and identifiers out of the file)`, 'more');
  }
}
