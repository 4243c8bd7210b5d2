import { resolve } from 'node:path';
import {
  bringsItsData, isModulePath, problemsError, shown, valueAt, withValue, type ConfigLayer, type RunConfig, type Tree,
} from '@lethe/config';
import { CONFIG_FLAGS, type ConfigFlag, DATA_FLAGS, FOLDER, POSITIVE, PROBE_LIST, RUN } from '@lethe/config/flags';
import { LetheError } from '@lethe/errors';
import { CACHE_KINDS } from '@lethe/lethe/cache-kinds';
import { CommanderError } from 'commander';
import type {
  CacheCommand, CheckpointCommand, Command, CompareCommand, DataCommand, DoctorCommand, EvaluateCommand,
  ExportCommand, GridCommand, NewCommand, TrainCommand, WorkerCommand,
} from './command.js';
import { FlagReader, NAME, SEEDS } from './flag-values.js';
import { ALL_WORD, type HelpExtent } from './flags-in-help.js';
import { readPlacing } from './placing-flags.js';
import { buildProgram } from './program.js';
import { readCancel, readRuns, readStatus } from './read-status.js';
import { readCheckpoint, readEncode, readPredict, readRedraw } from './read-own-examples.js';
import { readSweep } from './read-sweep.js';
import { setTexts } from './set-flag.js';
import type { TypedCommand } from './typed-command.js';

const PROFILE_ROUNDS = 40;

/** What a command line is read with. */
export interface Surroundings {
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
  readonly version: string;
}

/** The settings of a run that flags give. */
function settings(reader: FlagReader, folder: string, flags: readonly ConfigFlag[] = Object.values(CONFIG_FLAGS).flat()): ConfigLayer {
  const flagOf = new Map<string, string>();
  let values: Tree = {};
  for (const { name, value, sets, paths } of flags) {
    const switched = reader.has(name) ? sets : undefined;
    let setting: unknown = switched ?? (value === undefined ? undefined : reader.oneValue(name, value));
    if (value === FOLDER && typeof setting === 'string') setting = resolve(folder, setting);
    if (setting === undefined) continue;
    for (const path of paths) {
      values = withValue(values, path, setting);
      flagOf.set(path, `--${name}`);
    }
  }
  return { source: 'flags', values, label: (path) => flagOf.get(path) ?? path };
}

/** Of a run's settings only how its data are read: the place where they lie, and the bound of what they are unpacked to. */
function dataFlags(reader: FlagReader, folder: string): ConfigLayer {
  const [data, unpackedGiB] = [reader.path('data-dir', folder), reader.value('unpacked-gib', POSITIVE)];
  const said = { ...(data === null ? {} : { folder: data }), ...(unpackedGiB === undefined ? {} : { unpackedGiB }) };
  return {
    source: 'flags',
    values: Object.keys(said).length === 0 ? {} : { data: said },
    label: (setting) => (setting === 'data.unpackedGiB' ? '--unpacked-gib' : '--data-dir'),
  };
}

/** Flags, with what `--set` says over them. */
function withSet({ source, values, label }: ConfigLayer, reader: FlagReader, options: TypedCommand['options']): ConfigLayer {
  const said = setTexts(reader, options, 'its value, like objective.bottleneck.weight=0.001');
  return {
    source,
    values: said.reduce<Tree>((tree, [path, text]) => withValue(tree, path, settingOf(text)), values),
    label: (path) => (said.some(([one]) => one === path) ? `--set ${path}` : label(path)),
  };
}

/** JSON, or text as it stands. */
function settingOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readTrain({ options }: TypedCommand, folder: string): TrainCommand {
  const reader = new FlagReader(options);
  const command: TrainCommand = {
    kind: 'train',
    flags: withSet(settings(reader, folder), reader, options),
    configFile: reader.path('config', folder) ?? undefined,
    folder,
    name: reader.text('name', NAME) ?? undefined,
    runsFolder: reader.runsFolder(folder),
    resume: reader.text('resume', RUN) ?? undefined,
    breakLock: reader.has('break-lock'),
    placing: readPlacing(reader, folder),
    quiet: reader.has('quiet'),
    logLevel: reader.logLevel(),
    trace: false,
    measuringWorkers: reader.count('measuring-workers') ?? undefined,
    seeds: reader.text('seeds', SEEDS)?.split(',').map(Number),
    dryRun: reader.has('dry-run') ? { json: reader.has('json') } : null,
  };
  if (reader.has('json') && command.dryRun === null)
    reader.problems.push({ where: '--json', expected: 'it only together with --dry-run', found: 'a run' });
  for (const name of ['resume', 'seeds'] as const) {
    if (command.dryRun !== null && command[name] !== undefined)
      reader.problems.push({ where: '--dry-run', expected: 'one new run', found: `--${name}` });
  }
  if (command.resume !== undefined && command.seeds !== undefined) {
    reader.problems.push({
      where: '--seeds',
      expected: 'no seeds together with --resume, which keeps those of the runs',
      found: command.seeds.join(),
    });
  }
  if (command.resume !== undefined && command.name !== undefined) {
    reader.problems.push({
      where: '--name',
      expected: 'no name together with --resume, which keeps the one of the run',
      found: command.name,
    });
  }
  if (command.breakLock && command.resume === undefined)
    reader.problems.push({ where: '--break-lock', expected: 'it only together with --resume', found: 'a new run' });
  reader.refuseProblems();
  return command;
}

function readNew({ arguments: [what = '', out = ''], options }: TypedCommand, folder: string): NewCommand {
  const reader = new FlagReader(options);
  if (what !== 'game') reader.problems.push({ where: 'lethe new', expected: 'game', found: shown(what) });
  if (out === '') reader.problems.push({ where: '<dir>', expected: 'a folder', found: '""' });
  reader.refuseProblems();
  return { kind: 'new', out: resolve(folder, out), folder };
}

/** A short run with nothing beside the rounds, unless it is asked for. */
function readProfile(typed: TypedCommand, folder: string): TrainCommand {
  const command = readTrain(typed, folder);
  if (command.seeds !== undefined)
    throw problemsError([
      { where: '--seeds', expected: 'no seeds, as one run is profiled; --seed is its own', found: command.seeds.join() },
    ]);
  const { rounds, epochs } = command.flags.values;
  const length = rounds === undefined && epochs === undefined ? { rounds: PROFILE_ROUNDS } : {};
  return {
    ...command,
    trace: true,
    flags: { ...command.flags, values: { ...length, grid: false, evaluation: false, ...command.flags.values } },
  };
}

function readGrid({ arguments: [run = ''], options }: TypedCommand, folder: string): GridCommand {
  const reader = new FlagReader(options);
  const checkpoint = readCheckpoint(reader, run);
  const out = reader.path('out', folder);
  const runs = reader.runsFolder(folder);
  const flags = dataFlags(reader, folder);
  const logLevel = reader.logLevel();
  reader.refuseProblems();
  return { kind: 'grid', run, folder, runsFolder: runs, flags, out, checkpoint, logLevel };
}

function readCheckpointRequest({ arguments: [run = ''], options }: TypedCommand, folder: string): CheckpointCommand {
  const reader = new FlagReader(options);
  if (run === '') reader.problems.push({ where: '<run>', expected: RUN.expected, found: '""' });
  const runs = reader.runsFolder(folder);
  reader.refuseProblems();
  return { kind: 'checkpoint', run, folder, runsFolder: runs };
}

function readEvaluate({ arguments: [run = ''], options }: TypedCommand, folder: string): EvaluateCommand {
  const reader = new FlagReader(options);
  const checkpoint = readCheckpoint(reader, run);
  const seeds = (reader.text('seeds', SEEDS) ?? '1,2,3').split(',').map(Number);
  const probes = reader.value('probes', PROBE_LIST);
  const workers = reader.count('workers');
  if (workers !== null && workers < 1) reader.problems.push({ where: '--workers', expected: 'at least 1', found: String(workers) });
  const runs = reader.runsFolder(folder);
  const flags = dataFlags(reader, folder);
  const [logLevel, oversubscribe] = [reader.logLevel(), reader.has('oversubscribe')];
  reader.refuseProblems();
  return {
    kind: 'evaluate', run, folder, runsFolder: runs, flags, checkpoint, seeds, workers, oversubscribe, logLevel,
    probes: Array.isArray(probes) ? (probes as RunConfig['probes']) : null,
  };
}

function readExport({ arguments: [run = ''], options }: TypedCommand, folder: string): ExportCommand {
  const reader = new FlagReader(options);
  const checkpoint = readCheckpoint(reader, run);
  const out = reader.path('out', folder);
  if (out === null) reader.problems.push({ where: '--out', expected: 'a folder to make', found: 'none' });
  const runs = reader.runsFolder(folder);
  reader.refuseProblems();
  return { kind: 'export', run, folder, runsFolder: runs, checkpoint, out: out ?? folder };
}

function readCompare({ arguments: runs, options }: TypedCommand, folder: string): CompareCommand {
  const reader = new FlagReader(options);
  if (runs.includes('')) reader.problems.push({ where: '<runs>', expected: RUN.expected, found: '""' });
  const command: CompareCommand = { kind: 'compare', runs, folder, runsFolder: reader.runsFolder(folder), json: reader.has('json') };
  reader.refuseProblems();
  return command;
}

function readData({ arguments: words, options }: TypedCommand, folder: string): DataCommand {
  const data = words[0] ?? null;
  const reader = new FlagReader(options);
  const out = reader.text('out', FOLDER) ?? 'contact-sheets';
  const flags = settings(reader, folder, DATA_FLAGS);
  const kind = valueAt(flags.values, 'data.kind');
  const isModule = typeof kind === 'string' && isModulePath(kind);
  const isMade = isModule || bringsItsData(valueAt(flags.values, 'recipe'));
  if (kind !== undefined && !isModule) {
    reader.problems.push({ where: '--data', expected: 'a module of yours (./reader.ts), as other kinds are found', found: shown(kind) });
  }
  if (data === '' || (data === null && !isMade)) reader.problems.push({ where: '<dir>', expected: 'a folder', found: shown(data ?? '') });
  reader.refuseProblems();
  return { kind: 'data', data: data === null ? null : resolve(folder, data), out: resolve(folder, out), flags, folder };
}

function readCache({ arguments: [action, kind], options }: TypedCommand): CacheCommand {
  const reader = new FlagReader(options);
  const named = CACHE_KINDS.find(({ name }) => name === kind);
  if (action !== undefined && action !== 'clear')
    reader.problems.push({ where: 'lethe cache', expected: 'clear, or nothing', found: shown(action) });
  if (kind !== undefined && named === undefined) {
    const expected = `${CACHE_KINDS.map(({ name }) => name).join(', ')}, or nothing for all of them`;
    reader.problems.push({ where: 'lethe cache clear', expected, found: shown(kind) });
  }
  reader.refuseProblems();
  return { kind: 'cache', clear: action === undefined ? null : (named?.name ?? 'everything') };
}

function readDoctor({ options }: TypedCommand, folder: string): DoctorCommand {
  const reader = new FlagReader(options);
  const command: DoctorCommand = {
    kind: 'doctor',
    workers: reader.count('workers'),
    threads: reader.count('threads'),
    shareGpus: reader.has('share-gpus'),
    oversubscribe: reader.has('oversubscribe'),
    report: reader.text('report', RUN),
    folder,
    runsFolder: reader.runsFolder(folder),
  };
  for (const name of ['workers', 'threads'] as const) {
    if (command[name] !== null && command[name] < 1)
      reader.problems.push({ where: `--${name}`, expected: 'at least 1', found: String(command[name]) });
  }
  reader.refuseProblems();
  return command;
}

/** What commander complained about, as an error of Lethe's, or the text that it was asked to print. */
function interpret(error: CommanderError, printed: string): Command {
  if (error.code === 'commander.version') return { kind: 'version', text: printed };
  if (error.code.startsWith('commander.help')) return { kind: 'help', text: printed };
  throw new LetheError('CONFIG_INVALID', error.message.replace(/^error: /, '').replaceAll('\n', ' '));
}

/** What a help shows if one was asked for. Else no flag is hidden: one that was mistyped is looked for among all. */
function helpExtent(argv: readonly string[]): HelpExtent {
  const asked = argv.findIndex((word) => ['--help', '-h', 'help'].includes(word));
  return asked >= 0 && argv[asked + 1] !== ALL_WORD ? 'common' : 'all';
}

/**
 * What the user typed, checked word by word; nothing is read or started.
 * @param argv arguments after the name of the script
 * @throws LetheError CONFIG_INVALID naming what is wrong
 */
export function parseCommandLine(argv: readonly string[], { folder, version }: Surroundings): Command {
  let command: Command | undefined;
  let printed = '';
  const program = buildProgram(version, {
    print: (text) => (printed += text),
    typed: (name, typed) => {
      const readers = {
        train: readTrain, new: readNew, profile: readProfile, grid: readGrid, checkpoint: readCheckpointRequest, evaluate: readEvaluate,
        export: readExport, sweep: readSweep, runs: readRuns, compare: readCompare, status: readStatus, cancel: readCancel,
        data: readData, encode: readEncode, predict: readPredict, redraw: readRedraw,
        cache: readCache, doctor: readDoctor, worker: (): WorkerCommand => ({ kind: 'worker' }),
      };
      command = readers[name](typed, folder);
    },
  }, helpExtent(argv));
  try {
    program.parse(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return interpret(error, printed);
    throw error;
  }
  if (command === undefined) throw new LetheError('CONFIG_INVALID', 'expected a command (see lethe --help), found none');
  return command;
}
