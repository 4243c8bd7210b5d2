import { resolve } from 'node:path';
import {
  DEFAULT_LOG_LEVEL, findLogLevel, LOG_LEVELS, PROBES, problemsError, shown, type LogLevel, type Problem,
} from '@lethe/config';

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

const DEFAULT_RUNS_FOLDER = 'runs';
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;
const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

function plainText(text: string): string | undefined {
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

export const LOG_LEVEL: FlagValue = { placeholder: '<level>', expected: LOG_LEVELS.join(' or '), read: findLogLevel };
export const FILE: FlagValue = { placeholder: '<file>', expected: 'a file', read: plainText };
export const FOLDER: FlagValue = { placeholder: '<dir>', expected: 'a folder', read: plainText };
export const RUN: FlagValue = { placeholder: '<run>', expected: 'the name or folder of a run', read: plainText };
export const FIGURE: FlagValue = { placeholder: '<figure>', expected: 'a figure', read: plainText };
export const DOMAIN: FlagValue = { placeholder: '<domain>', expected: 'the name of a domain', read: plainText };
export const ADDRESS: FlagValue = { placeholder: '<address>', expected: 'an address', read: plainText };

export const NAME: FlagValue = {
  placeholder: '<name>',
  expected: 'a name of letters, digits, dots, dashes and underscores that begins with a letter or digit',
  read: (text) => (RUN_NAME.test(text) ? text : undefined),
};

export const CHECKPOINT: FlagValue = {
  placeholder: '<which>',
  expected: 'latest, best or the number of a round',
  read: (text) => (text === 'latest' || text === 'best' ? text : /^\d+$/.test(text) ? COUNT.read(text) : undefined),
};

export const SEEDS: FlagValue = {
  placeholder: '<seeds>',
  expected: 'whole numbers with commas, each once',
  read: (text) =>
    /^\d{1,9}(,\d{1,9})*$/.test(text) && new Set(text.split(',').map(Number)).size === text.split(',').length ? text : undefined,
};

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

/** Whether a text is several values with commas, or a range, each of which would be understood alone. */
function isSeveral(text: string, { read, words, isOne }: FlagValue): boolean {
  if (isOne === true) return false;
  const parts = text.includes('..') ? text.split('..') : text.split(',');
  return parts.length > 1 && parts.every((part) => (words === undefined ? typeof read(part) === 'number' : words.includes(part)));
}

/** Reads values of flags, keeping a list of what was not understood. */
export class FlagReader {
  readonly problems: Problem[] = [];

  constructor(private readonly options: Readonly<Record<string, unknown>>) {}

  /** The value of `--name`, or undefined if it was not given or not understood. */
  value(name: string, { expected, read }: FlagValue): ReturnType<FlagValue['read']> {
    const text = this.options[optionKey(name)];
    if (typeof text !== 'string') return undefined;
    const value = read(text);
    if (value === undefined) this.problems.push({ where: `--${name}`, expected, found: shown(text) });
    return value;
  }

  /** The same, of a setting of one run: several values are a sweep's. */
  oneValue(name: string, value: FlagValue): ReturnType<FlagValue['read']> {
    const text = this.options[optionKey(name)];
    if (typeof text !== 'string' || !isSeveral(text, value)) return this.value(name, value);
    const seeds = name === 'seed' && SEEDS.read(text) !== undefined ? `a run from each seed is --seeds ${text}; ` : '';
    this.problems.push({
      where: `--${name}`,
      expected: `one value for a run (${seeds}several are a sweep: npx lethe sweep --${name} ${text})`,
      found: shown(text),
    });
    return undefined;
  }

  /** What was typed after a flag, unread; undefined if it was not given. */
  typed(name: string): unknown {
    return this.options[optionKey(name)];
  }

  text(name: string, value: FlagValue): string | null {
    const read = this.value(name, value);
    return typeof read === 'string' ? read : null;
  }

  count(name: string): number | null {
    const read = this.value(name, COUNT);
    return typeof read === 'number' ? read : null;
  }

  /** The absolute path that a flag names; null if it was not given. @param folder where a relative path starts */
  path(name: string, folder: string, value: FlagValue = FILE): string | null {
    const typed = this.text(name, value);
    return typed === null ? null : resolve(folder, typed);
  }

  /** The absolute path of the folder that holds runs. @param folder where a relative path starts */
  runsFolder(folder: string): string {
    return this.path('runs-dir', folder, FOLDER) ?? resolve(folder, DEFAULT_RUNS_FOLDER);
  }

  /** How much is logged. */
  logLevel(): LogLevel {
    const read = this.text('log-level', LOG_LEVEL);
    return (read === null ? undefined : findLogLevel(read)) ?? DEFAULT_LOG_LEVEL;
  }

  /** Whether a flag was given, with a value or without. */
  isGiven(name: string): boolean {
    return this.options[optionKey(name)] !== undefined;
  }

  /** Whether a flag without a value was given. Commander keeps `--no-grid` as a `grid` that is false. */
  has(name: string): boolean {
    return name.startsWith('no-') ? this.options[optionKey(name.slice('no-'.length))] === false : this.options[optionKey(name)] === true;
  }

  /** @throws LetheError CONFIG_INVALID naming all that was not understood */
  refuseProblems(): void {
    if (this.problems.length > 0) throw problemsError(this.problems);
  }
}

/** The key under which commander keeps the value of a flag: `kebabCase` for `--kebab-case`. */
function optionKey(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
