import { JOIN_FLAGS } from '@lethe/config';
import {
  CONFIG_FLAGS, type ConfigFlag, COUNT, DATA_FLAGS, DOMAIN, FIGURE, FOLDER,
  POSITIVE, PROBE_LIST, PROBES_HELP, RUN,
} from '@lethe/config/flags';
import { Command as Program, Option } from 'commander';
import { ALPHA, ATTRIBUTE, CHECKPOINT, FILE, LABEL, NAME, SEEDS } from './flag-values.js';
import {
  CACHE_HELP, DATA_HELP, DOCTOR_HELP, ENCODE_HELP, EVALUATE_HELP, EXPORT_HELP, GENERAL_HELP,
  GRID_HELP, NEW_HELP, PREDICT_HELP, PROFILE_HELP, REDRAW_HELP, SWEEP_HELP, TRAIN_HELP, WORKER_HELP,
} from './help-texts.js';
import { NOT_PROFILED, WHAT_TO_LEARN } from './common-flags.js';
import { PLACING_FLAGS } from './placing-flags.js';
import { LOG_LEVEL_FLAG, RUN_FLAGS } from './run-flags.js';
import { CANCEL, CHECKPOINT_OF_RUN, COMPARE, RUNS, STATUS } from './declared-commands.js';
import { addCommand, onTyped, option, RUNS_FOLDER_HELP, type ProgramEvents } from './typed-command.js';
import { addFlag, addRunFlags, type HelpExtent, type ShownFlags } from './flags-in-help.js';

const HELP_WIDTH = 100;
const ELSEWHERE = 'On the machines of others:';
const UNPACKED_HELP = "most that packed files of the run's data may be unpacked to, in GiB (default: what the run says)";
const MOVED_DATA_HELP = "where the run's data lie now, if they have been moved";

/** A flag of a sweep takes several values, unless a comma is part of one. */
function severalOf(flag: ConfigFlag): ConfigFlag {
  const { value } = flag;
  if (value === undefined || value.isOne === true) return flag;
  const { placeholder } = value;
  return { ...flag, value: { ...value, placeholder: `${placeholder.slice(0, -1)},...${placeholder.slice(-1)}` } };
}

function addTrain(root: Program, events: ProgramEvents, extent: HelpExtent): void {
  const train = root.command('train').summary('train the networks and show what was reached');
  train.description('Trains an encoder to forget one thing about its examples, then measures what is left of it and draws a report.');
  addRunOptions(train, TRAIN_HELP, { extent });
  onTyped(train, 'train', events);
}

function addNew(root: Program, events: ProgramEvents): void {
  const command = root.command('new').summary('write a working start for a game of your own').description(
    'Writes a game with its test and a made table into an empty folder, as a start for your own.',
  );
  command.argument('<what>', 'the word game').argument('<dir>', 'the folder');
  command.addHelpText('after', NEW_HELP);
  onTyped(command, 'new', events);
}

function addProfile(root: Program, events: ProgramEvents, extent: HelpExtent): void {
  const profile = root.command('profile').summary('see where the time of a round goes');
  profile.description('Trains for 40 rounds (or as many as are asked for) and writes what every process did into trace.json.');
  addRunOptions(profile, PROFILE_HELP, { extent, unshown: NOT_PROFILED });
  onTyped(profile, 'profile', events);
}

/** `--set`, which may be given again. */
function addSet(program: Program, placeholder: string, what: string, heading: string): void {
  const help = `${what}, by its path in config.json or of a game by its name, as JSON or text; may be given again (default: none)`;
  const set = new Option(`--set ${placeholder}`, help).helpGroup(heading);
  program.addOption(set.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]));
}

function addRunOptions(program: Program, help: string, flags: ShownFlags): void {
  addRunFlags(program, { ...CONFIG_FLAGS, [ELSEWHERE]: PLACING_FLAGS, 'The run:': RUN_FLAGS }, flags);
  addSet(program, '<setting=value>', 'the value of any setting', WHAT_TO_LEARN);
  program.addHelpText('after', help);
}

function addGrid(root: Program, events: ProgramEvents): void {
  const grid = root.command('grid').summary('draw the style grid of a run').description("Draws the style grid of a run's checkpoint.");
  grid.argument('<run>', 'name or folder of the run');
  option(grid, 'out', "PNG to write (default: into the run's grids)", FILE);
  option(grid, 'checkpoint', 'latest (default), best, or the number of a round', CHECKPOINT);
  option(grid, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  option(grid, 'data-dir', MOVED_DATA_HELP, FOLDER);
  option(grid, 'unpacked-gib', UNPACKED_HELP, POSITIVE);
  addFlag(grid, LOG_LEVEL_FLAG);
  grid.addHelpText('after', GRID_HELP);
  onTyped(grid, 'grid', events);
}

function addEvaluate(root: Program, events: ProgramEvents): void {
  const evaluate = root
    .command('evaluate')
    .summary('measure what a run has forgotten')
    .description("Trains fresh probes on the latents of a run's checkpoint: what they read was not forgotten.");
  evaluate.argument('<run>', 'name or folder of the run');
  option(evaluate, 'checkpoint', 'latest (default), best, or the number of a round', CHECKPOINT);
  option(evaluate, 'probes', `${PROBES_HELP} (default: those that the run names)`, PROBE_LIST);
  option(evaluate, 'seeds', 'seeds that the probes are trained from, with commas (default: 1,2,3)', SEEDS);
  option(evaluate, 'workers', 'processes that share the work (default: one for each core, four at most)', COUNT);
  option(evaluate, 'oversubscribe', 'allow more than four of them for each core of this machine');
  option(evaluate, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  option(evaluate, 'data-dir', MOVED_DATA_HELP, FOLDER);
  option(evaluate, 'unpacked-gib', UNPACKED_HELP, POSITIVE);
  addFlag(evaluate, LOG_LEVEL_FLAG);
  evaluate.addHelpText('after', EVALUATE_HELP);
  onTyped(evaluate, 'evaluate', events);
}

function addExport(root: Program, events: ProgramEvents): void {
  const command = root
    .command('export')
    .summary('write the networks of a run down for other programs')
    .description("Writes the networks of a run's checkpoint into a folder for PyTorch, ONNX, TensorFlow and tfjs, with a model card.");
  command.argument('<run>', 'name or folder of the run');
  option(command, 'out', 'folder to make', FOLDER);
  option(command, 'checkpoint', 'latest (default), best, or the number of a round', CHECKPOINT);
  option(command, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  command.addHelpText('after', EXPORT_HELP);
  onTyped(command, 'export', events);
}

function addSweep(root: Program, events: ProgramEvents, extent: HelpExtent): void {
  const sweep = root
    .command('sweep')
    .summary('train with many configurations and compare them')
    .description('Trains with many configurations, each as a run of its own, one after the other or several at once, and compares them.');
  const ofTrials = Object.entries(CONFIG_FLAGS).map(([heading, flags]) => [heading, flags.map(severalOf)] as const);
  addRunFlags(sweep, { ...Object.fromEntries(ofTrials), [ELSEWHERE]: PLACING_FLAGS }, { extent });
  sweep.optionsGroup('The sweep:');
  addSet(sweep, '<setting=value,...>', 'values of any setting', 'The sweep:');
  option(sweep, 'config', 'configuration file (JSON) under all trials', FILE);
  option(sweep, 'list', 'JSON list with the settings of one trial each', FILE);
  option(sweep, 'random', 'number of trials to draw at random, in place of all combinations', COUNT);
  option(sweep, 'draw-seed', 'seed that they are drawn from (default: 1)', COUNT);
  option(sweep, 'trials-at-once', 'trials side by side, which share the machine (default: 1, of a job array all)', COUNT);
  option(sweep, 'job-array', 'with --on slurm: each trial is a job of its own, a task of a job array (default: one job)');
  option(sweep, 'dry-run', 'say what would be tried, and start and write nothing');
  option(sweep, 'json', 'with --dry-run: print JSON, for programs');
  option(sweep, 'halving', 'stop what is not among the best by this figure of an epoch, like held_out/reconstruction_mse', FIGURE);
  option(sweep, 'halving-higher', 'more of that figure is better');
  option(sweep, 'first-rung', 'epochs before trials are compared first (default: 1)', COUNT);
  option(sweep, 'factor', 'the best 1/factor go on at a comparison; the next one is at factor times the epochs (default: 2)', COUNT);
  option(sweep, 'best', 'figure by which the best trial is named (default: probe_best where it is measured)', FIGURE);
  option(sweep, 'best-higher', 'more of that figure is better');
  option(sweep, 'name', "name of the sweep's folder (default: made of the time)", NAME);
  option(sweep, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  option(sweep, 'resume', 'go on with a sweep, by name or folder', RUN);
  option(sweep, 'break-lock', 'with --resume: take over a sweep that a process of another host holds, if you know that it is gone');
  addFlag(sweep, LOG_LEVEL_FLAG);
  sweep.addHelpText('after', SWEEP_HELP);
  onTyped(sweep, 'sweep', events);
}

function addData(root: Program, events: ProgramEvents): void {
  const data = root
    .command('data')
    .summary('say what a data folder holds, and how it is read')
    .description('Reads a data folder as training would, or those below it, checks every file, and says what is in it.');
  data.argument('[dir]', 'the folder');
  option(data, 'out', 'folder for the contact sheets (default: contact-sheets)', FOLDER);
  data.optionsGroup('How the data are read:');
  for (const flag of DATA_FLAGS) addFlag(data, flag);
  data.addHelpText('after', DATA_HELP);
  onTyped(data, 'data', events);
}

/** Flags of what is done with a user's own examples. */
function addExampleOptions(program: Program): void {
  program.argument('<run>', 'name or folder of the run');
  option(program, 'data-dir', 'folder with your examples; they need no labels', FOLDER);
  option(program, 'checkpoint', 'latest (default), best, or the number of a round', CHECKPOINT);
  option(program, 'domain', 'of a run of several populations: the one that the examples count as (default: the target)', DOMAIN);
  option(program, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  option(program, 'unpacked-gib', 'most that packed files may be unpacked to, in GiB (default: what the run says)', POSITIVE);
}

function addEncode(root: Program, events: ProgramEvents): void {
  const encode = root.command('encode').summary('write the features of your own examples into a file').description(
    "Encodes examples of the kind that a run was trained on by the encoder of the run's checkpoint.",
  );
  addExampleOptions(encode);
  option(encode, 'out', 'file to write: .npy, .csv, .parquet or .safetensors', FILE);
  option(encode, 'sampled', 'draw the noise of a variational code (default: its means)');
  option(encode, 'seed', 'seed of that noise (default: 1)', COUNT);
  encode.addHelpText('after', ENCODE_HELP);
  onTyped(encode, 'encode', events);
}

function addPredict(root: Program, events: ProgramEvents): void {
  const predict = root.command('predict').summary('predict what a run keeps, of your own examples').description(
    'Predicts the kept attributes of examples of the kind that a run was trained on, or with domain adaptation their label.',
  );
  addExampleOptions(predict);
  option(predict, 'out', 'CSV to write', FILE);
  predict.addHelpText('after', PREDICT_HELP);
  onTyped(predict, 'predict', events);
}

function addRedraw(root: Program, events: ProgramEvents): void {
  const redraw = root.command('redraw').summary('redraw your own images under another label').description(
    'Redraws images of the kind that a run was trained on as if they had another label, or another value of what the run forgets.',
  );
  addExampleOptions(redraw);
  redraw.argument('[pictures...]', 'pictures, and folders of pictures, of any size, in place of --data-dir');
  option(redraw, 'label', 'the value; NAME=VALUE with commas where the run forgets several attributes', LABEL);
  option(redraw, 'all-labels', 'under each of the values, into a folder for each');
  option(redraw, 'attribute', 'walk from one value of this attribute to another, and beyond', ATTRIBUTE);
  option(redraw, 'from', 'where the walk begins, by name or number (default: the first of two values)', LABEL);
  option(redraw, 'to', 'where it leads (default: the second of two values)', LABEL);
  option(redraw, 'alpha', 'how far it goes: from 1 - alpha to alpha, where 0 is the one value and 1 the other (default: 2)', ALPHA);
  option(redraw, 'steps', 'places of the walk (default: 7)', COUNT);
  option(redraw, 'set', 'with --attribute: values of the pictures, NAME=VALUE with commas (default: as each is rebuilt best)', LABEL);
  option(redraw, 'out', 'folder to make, for PNG files', FOLDER);
  redraw.addHelpText('after', REDRAW_HELP);
  onTyped(redraw, 'redraw', events);
}

function addCache(root: Program, events: ProgramEvents): void {
  const cache = root.command('cache').summary('list or clear what is kept on this machine').description(
    'Lists what processes and runs of this machine keep for each other, with sizes and ages, or clears it.',
  );
  cache.argument('[clear]', 'the word clear: remove it').argument('[kind]', `what of it (default: everything)`);
  cache.addHelpText('after', CACHE_HELP);
  onTyped(cache, 'cache', events);
}

function addDoctor(root: Program, events: ProgramEvents): void {
  const doctor = root.command('doctor').summary('say what this machine offers').description('Says what this machine offers to a run.');
  option(doctor, 'workers', 'plan for this many workers', COUNT);
  option(doctor, 'threads', 'threads inside one operation', COUNT);
  option(doctor, 'share-gpus', 'allow several workers on one GPU');
  option(doctor, 'oversubscribe', 'allow more than four workers for each core of this machine');
  option(doctor, 'report', 'pack this, and the settings, results and logs of a run, into one file for a bug report', RUN);
  option(doctor, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  doctor.addHelpText('after', DOCTOR_HELP);
  onTyped(doctor, 'doctor', events);
}

function addWorker(root: Program, events: ProgramEvents): void {
  const worker = root.command('worker').summary('join a run on another machine').description('Computes for a run that listens elsewhere.');
  for (const [name, { value, help }] of Object.entries(JOIN_FLAGS)) worker.option(`--${name} ${value ?? ''}`.trimEnd(), help);
  worker.addHelpText('after', WORKER_HELP);
  onTyped(worker, 'worker', events);
}

/**
 * The commands and flags of `lethe`. Never ends the process: problems are thrown as CommanderError.
 * @param extent how many flags of a run its help shows
 */
export function buildProgram(version: string, events: ProgramEvents, extent: HelpExtent = 'all'): Program {
  const root = new Program('lethe').description('Trains encoders that forget one thing about what they see.').usage('<command> [flags]');
  root.exitOverride().configureOutput({
    writeOut: events.print,
    writeErr: events.print,
    outputError: () => undefined,
    getOutHelpWidth: () => HELP_WIDTH,
    getErrHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  root.version(version, '--version', 'print the version').helpOption('-h, --help', 'print this help');
  root.configureHelp({ styleUsage: (usage) => usage.replace('[options]', '[flags]') });
  addTrain(root, events, extent);
  addNew(root, events);
  addProfile(root, events, extent);
  addGrid(root, events);
  addCommand(root, events, CHECKPOINT_OF_RUN);
  addEvaluate(root, events);
  addExport(root, events);
  addSweep(root, events, extent);
  for (const declared of [RUNS, COMPARE, STATUS, CANCEL]) addCommand(root, events, declared);
  addData(root, events);
  addEncode(root, events);
  addPredict(root, events);
  addRedraw(root, events);
  addCache(root, events);
  addDoctor(root, events);
  addWorker(root, events);
  return root.addHelpText('after', GENERAL_HELP);
}
