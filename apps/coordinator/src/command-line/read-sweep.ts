import { resolve } from 'node:path';
import { shown } from '@lethe/config';
import { ADDRESS, CONFIG_FLAGS, COUNT, FIGURE, type FlagValue, FOLDER, NUMBER, RUN } from '@lethe/config/flags';
import type { SettingValue } from '@lethe/lethe';
import { setTexts } from './set-flag.js';
import type { Candidates, SearchSpace, SweepCommand } from './command.js';
import { FlagReader, NAME } from './flag-values.js';
import { readPlacing } from './placing-flags.js';
import type { TypedCommand } from './typed-command.js';

/** What a sweep that goes on has said already. */
const KEPT = ['config', 'list', 'random', 'draw-seed', 'halving', 'halving-higher', 'first-rung', 'factor', 'best', 'best-higher', 'name'];
/** Flags that mean nothing without another one. */
const NEEDED: Readonly<Record<string, string>> = {
  'draw-seed': 'random',
  'halving-higher': 'halving',
  'first-rung': 'halving',
  factor: 'halving',
  'best-higher': 'best',
};

const RANGE = /^(.+)\.\.(.+)$/;

/** What was typed after `lethe sweep`. */
export function readSweep({ options }: TypedCommand, folder: string): SweepCommand {
  const reader = new FlagReader(options);
  const halvingFigure = reader.text('halving', FIGURE);
  const bestFigure = reader.text('best', FIGURE);
  const [flagged, set] = [flagSpace(reader, folder), setSpace(reader, options)];
  const resume = reader.text('resume', RUN);
  const command: SweepCommand = {
    kind: 'sweep',
    folder,
    space: { ...flagged, ...set },
    configFile: reader.path('config', folder),
    listFile: reader.path('list', folder),
    random: reader.count('random'),
    resumedData: {
      folder: resume === null ? null : oneOf(flagged, 'data.folder', 'string'),
      unpackedGiB: resume === null ? null : oneOf(flagged, 'data.unpackedGiB', 'number'),
    },
    drawSeed: reader.count('draw-seed') ?? 1,
    trialsAtOnce: reader.count('trials-at-once'),
    halving:
      halvingFigure === null
        ? null
        : {
            figure: halvingFigure,
            firstRung: reader.count('first-rung') ?? 1,
            factor: reader.count('factor') ?? 2,
            better: reader.has('halving-higher') ? 'higher' : 'lower',
          },
    best: bestFigure === null ? null : { figure: bestFigure, better: reader.has('best-higher') ? 'higher' : 'lower' },
    name: reader.text('name', NAME),
    runsFolder: reader.runsFolder(folder),
    resume,
    placing: readPlacing(reader, folder),
    jobArray: reader.has('job-array'),
    dryRun: reader.has('dry-run'),
    json: reader.has('json'),
    breakLock: reader.has('break-lock'),
    logLevel: reader.logLevel(),
  };
  if (resume !== null) checkKept(flagged, set, reader);
  check(command, reader);
  reader.refuseProblems();
  return command;
}

/** What a sweep that goes on may say once more: how its data are read. */
function checkKept(flagged: SearchSpace, set: SearchSpace, reader: FlagReader): void {
  const kept = [
    ...Object.keys(flagged).filter((path) => path !== 'data.folder' && path !== 'data.unpackedGiB'), ...Object.keys(set),
    ...KEPT.filter((flag) => reader.isGiven(flag)).map((flag) => `--${flag}`),
  ];
  if (kept[0] !== undefined)
    reader.problems.push({ where: '--resume', expected: 'no settings and no name, which are those of the sweep', found: kept[0] });
  const bound = flagged['data.unpackedGiB'];
  if (bound?.kind === 'values' && bound.values.length > 1)
    reader.problems.push({ where: '--unpacked-gib', expected: 'one value together with --resume', found: bound.values.map(shown).join() });
}

/** The value of a setting that has one alone; null: it was not said. */
function oneOf(space: SearchSpace, path: string, type: 'string'): string | null;
function oneOf(space: SearchSpace, path: string, type: 'number'): number | null;
function oneOf(space: SearchSpace, path: string, type: 'string' | 'number'): unknown {
  const candidates = space[path];
  return candidates?.kind === 'values' && typeof candidates.values[0] === type ? candidates.values[0] : null;
}

function check(command: SweepCommand, reader: FlagReader): void {
  const { random, space, trialsAtOnce, halving, resume, breakLock, placing, jobArray, dryRun, json } = command;
  const complain = (where: string, expected: string, found: string): void => {
    reader.problems.push({ where, expected, found });
  };
  for (const [flag, needed] of Object.entries(NEEDED))
    if (reader.isGiven(flag) && !reader.isGiven(needed)) complain(`--${flag}`, `it only together with --${needed}`, 'it alone');
  if (breakLock && resume === null) complain('--break-lock', 'it only together with --resume', 'a new sweep');
  if (jobArray && placing.on !== 'slurm') complain('--job-array', 'it only together with --on slurm', placing.on ?? 'this machine');
  if (json && !dryRun) complain('--json', 'it only together with --dry-run', 'a sweep');
  if (dryRun && resume !== null) complain('--dry-run', 'a new sweep', `--resume ${resume}`);
  if (trialsAtOnce !== null && trialsAtOnce < 1) complain('--trials-at-once', 'at least 1', String(trialsAtOnce));
  if (random !== null && random < 1) complain('--random', 'at least 1', String(random));
  if (halving !== null && halving.factor < 2) complain('--factor', 'at least 2', String(halving.factor));
  if (halving !== null && halving.firstRung < 1) complain('--first-rung', 'at least 1', String(halving.firstRung));
  for (const [path, candidates] of Object.entries(space)) {
    if (candidates.kind === 'range' && random === null)
      complain(path, 'values with commas, or a range together with --random', `${candidates.low}..${candidates.high}`);
  }
}

/** The flags of `lethe train`, with several values each. */
function flagSpace(reader: FlagReader, folder: string): SearchSpace {
  const space: Record<string, Candidates> = {};
  for (const { name, value, sets, paths } of Object.values(CONFIG_FLAGS).flat()) {
    const isOne = value === FOLDER || value === ADDRESS || value?.isOne === true;
    let candidates: Candidates | null = null;
    if (value === undefined || reader.has(name)) {
      candidates = reader.has(name) ? { kind: 'values', values: [sets ?? true] } : null;
    } else if (isOne) {
      const typed = reader.value(name, value);
      candidates = typed === undefined ? null : { kind: 'values', values: [value === FOLDER ? resolve(folder, String(typed)) : typed] };
    } else {
      candidates = candidatesOf(reader, reader.typed(name), { where: `--${name}`, value });
    }
    if (candidates !== null) for (const path of paths) space[path] = candidates;
  }
  return space;
}

/** `--set path=v1,v2` for any setting; values may be JSON. */
function setSpace(reader: FlagReader, options: TypedCommand['options']): SearchSpace {
  return Object.fromEntries(setTexts(reader, options, 'its values, like objective.bottleneck.weight=0.001,0.002')
    .map(([path, values]): [string, Candidates] => [path, { kind: 'values', values: settingValues(values) }]));
}

function candidatesOf(reader: FlagReader, text: unknown, { where, value }: { where: string; value: FlagValue }): Candidates | null {
  if (typeof text !== 'string') return null;
  const read = (part: string): SettingValue => {
    const understood = value.read(part);
    if (understood === undefined) reader.problems.push({ where, expected: value.expected, found: `"${part}"` });
    return understood ?? 0;
  };
  const [, low, high] = RANGE.exec(text) ?? [];
  if (low !== undefined && high !== undefined && (value === NUMBER || value === COUNT))
    return { kind: 'range', low: Number(read(low)), high: Number(read(high)) };
  return { kind: 'values', values: text.split(',').map(read) };
}

/**
 * Several values of a setting, with commas between them: each is JSON, or text as it stands. A comma inside of a JSON list, object
 * or text in quotes is part of it.
 */
export function settingValues(text: string): SettingValue[] {
  const parts = text.split(',');
  const values: SettingValue[] = [];
  for (let first = 0; first < parts.length;) {
    const { value, length } = valueAt(parts.slice(first));
    values.push(value);
    first += length;
  }
  return values;
}

/** The first value, out of as few parts as make it JSON; one that never does is text by itself. */
function valueAt(parts: readonly string[]): { value: SettingValue; length: number } {
  const [text = ''] = parts;
  const most = /^\s*["[{]/.test(text) ? parts.length : 1;
  for (let length = 1; length <= most; length += 1) {
    try {
      return { value: JSON.parse(parts.slice(0, length).join(',')) as SettingValue, length };
    } catch {
      // Perhaps the comma behind it belongs to it.
    }
  }
  return { value: text, length: 1 };
}
