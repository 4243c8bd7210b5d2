import { resolve } from 'node:path';
import { DEFAULT_LOG_LEVEL, findLogLevel, LOG_LEVELS, problemsError, shown, type LogLevel, type Problem } from '@lethe/config';
import { COUNT, FOLDER, optionKey, plainText, type FlagValue } from '@lethe/config/flags';

const DEFAULT_RUNS_FOLDER = 'runs';
const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const LOG_LEVEL: FlagValue = { placeholder: '<level>', expected: LOG_LEVELS.join(' or '), read: findLogLevel };
export const FILE: FlagValue = { placeholder: '<file>', expected: 'a file', read: plainText };
/** A value of what a run forgets, whatever its text; a comma parts several. */
export const LABEL: FlagValue = { placeholder: '<value>', expected: 'a value of what the run forgets', read: plainText, isOne: true };

/** The name of something that a run forgets, whatever its text. */
export const ATTRIBUTE: FlagValue = { placeholder: '<name>', expected: 'the name of what the run forgets', read: plainText, isOne: true };
const ALPHA_PARTS = /^(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?$/;
/** How far a walk goes beyond the two values; the text is checked here and read by `readAlpha`. */
export const ALPHA: FlagValue = {
  placeholder: '<alpha>', expected: 'a number from 1 on, or two of them with a comma', isOne: true,
  read: (text) => (readAlpha(text).every((part) => part >= 1) ? text : undefined),
};

/** How far a walk goes before the first and beyond the second value; NaN: neither is a number. */
export function readAlpha(text: string): [before: number, after: number] {
  const [, before = 'none', after = before] = ALPHA_PARTS.exec(text) ?? [];
  return [Number(before), Number(after)];
}

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
