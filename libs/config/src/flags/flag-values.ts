import { DATA_KIND_NAMES } from '../data-kinds.js';
import { PROBES } from '../probe-kinds.js';

/** How the text after a flag is read; `read` answers undefined for what it does not understand. */
export interface FlagValue {
  readonly placeholder: string;
  readonly expected: string;
  readonly read: (text: string) => number | string | readonly string[] | undefined;
  /** Whether a comma is part of the value, so that a sweep takes one alone. */
  readonly isOne?: true;
  /** The words among which one is chosen. */
  readonly words?: readonly string[];
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;

/** A text as it is, unless there is none. */
export function plainText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

export const NUMBER: FlagValue = {
  placeholder: '<number>',
  expected: 'a number',
  read: (text) => (DECIMAL.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined),
};

export const POSITIVE: FlagValue = {
  placeholder: '<number>',
  expected: 'a number above 0',
  read: (text) => { const value = NUMBER.read(text); return typeof value === 'number' && value > 0 ? value : undefined; },
};

export const COUNT: FlagValue = {
  placeholder: '<count>',
  expected: 'a whole number',
  read: (text) => (WHOLE.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
};

export const FOLDER: FlagValue = { placeholder: '<dir>', expected: 'a folder', read: plainText };
export const RUN: FlagValue = { placeholder: '<run>', expected: 'the name or folder of a run', read: plainText };
export const FIGURE: FlagValue = { placeholder: '<figure>', expected: 'a figure', read: plainText };
export const DOMAIN: FlagValue = { placeholder: '<domain>', expected: 'the name of a domain', read: plainText };
export const ADDRESS: FlagValue = { placeholder: '<address>', expected: 'an address', read: plainText };

/** Words that stand for several kinds of probes. */
const PROBE_GROUPS: Readonly<Record<string, readonly string[]>> = { all: PROBES, trees: ['boosted-trees', 'forest'] };

/** Kinds of fresh probes. */
export const PROBE_LIST: FlagValue = {
  placeholder: '<probes>',
  expected: `all, or of ${PROBES.join(', ')} (or trees) some with commas, each once`,
  read: (text) => {
    const kinds = text.split(',').flatMap((kind) => PROBE_GROUPS[kind.trim()] ?? [kind.trim()]);
    return kinds.every((kind) => (PROBES as readonly string[]).includes(kind)) && new Set(kinds).size === kinds.length ? kinds : undefined;
  },
  isOne: true,
};

/** One of some words. What is no word of them is left for the configuration's own check to name. */
export function word(...words: readonly string[]): FlagValue {
  return { placeholder: `<${words.join('|')}>`, expected: words.join(' or '), read: plainText, words };
}

/** A kind of data, or a module of the user; `own` needs a module. */
export const DATA: FlagValue = {
  placeholder: '<kind|module>', expected: 'a kind of data, or a module like ./reader.ts', read: plainText,
  words: DATA_KIND_NAMES.filter((kind) => kind !== 'own'),
};

/** A module of the user that defines a game, or the name of a built-in one. */
export const GAME: FlagValue = { placeholder: '<module>', expected: 'a module like ./game.ts', read: plainText };

export const COLUMN: FlagValue = { placeholder: '<column>', expected: 'the name of a column', read: plainText, isOne: true };

export const COLUMNS: FlagValue = {
  placeholder: '<columns>',
  expected: 'names of columns with commas',
  read: (text) => { const names = text.split(',').map((name) => name.trim()); return names.includes('') ? undefined : names; },
  isOne: true,
};

export const DATA_FILE: FlagValue = { placeholder: '<file>', expected: 'a file in the data folder', read: plainText, isOne: true };
export const COLOUR: FlagValue = { placeholder: '<colour>', expected: 'white, black or a colour like #8040c0', read: plainText };

/** May be left out behind its flag. */
export const OPTIONAL_SHARE: FlagValue = {
  placeholder: '[share]',
  expected: 'a share of all, from 0 to 1',
  read: (text) => { const value = NUMBER.read(text); return typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined; },
};

/** One of some marks in numbers, which may be a comma. */
export function mark(...marks: readonly string[]): FlagValue {
  return {
    placeholder: '<mark>', expected: `one of the marks ${marks.map((one) => `"${one}"`).join(' ')}`,
    read: (text) => (marks.includes(text) ? text : undefined), isOne: true,
  };
}
