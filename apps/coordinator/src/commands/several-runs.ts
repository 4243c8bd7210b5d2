import { join } from 'node:path';
import { problemsError, shown, valueAt, type RunConfig } from '@lethe/config';
import type { Trial } from '@lethe/sweep';
import type { TrainCommand } from '../command-line/command.js';
import { newRunConfig, saysWorkers } from '../command-line/train-config.js';
import { writeComparison } from '../comparison/comparison-results.js';
import { planComparison } from '../comparison/plan-comparison.js';
import { planSeeds } from '../seeds/plan-seeds.js';
import { writeSeeds } from '../seeds/seeds-results.js';
import { shareMachine } from '../seeds/share-machine.js';
import { aligned } from '../sweep/aligned.js';
import { AS_BEFORE, type DataReading } from '../sweep/data-reading.js';
import { findSeveralRuns } from '../sweep/find-several-runs.js';
import type { PlannedTrial } from '../sweep/plan-trials.js';
import { exitCodeOfTrials, playTrials } from '../sweep/play-trials.js';
import { nameOfNow, SweepFolder } from '../sweep/sweep-folder.js';
import type { SweepState } from '../sweep/sweep-state.js';
import { machineOf, type ThisMachine } from '../this-machine.js';
import type { Environment } from './train.js';

/** The several runs that `lethe train` plays: one of each kind, compared, or one from each seed. */
type Kind = Exclude<SweepState['kind'], 'sweep'>;

const PLANS: Readonly<Record<Kind, (config: RunConfig, seeds: readonly number[]) => Promise<PlannedTrial[]>>> = { comparison: planComparison, seeds: planSeeds };
type WriteResults = (folder: SweepFolder, trials: readonly Trial[], userFolder: string) => Promise<{ tables: string[][][]; notes: string[] }>;
const RESULTS: Readonly<Record<Kind, WriteResults>> = { comparison: writeComparison, seeds: writeSeeds };

/** What is needed to play several runs: a new folder's settings, or a folder to go on with. */
type Request = { readonly kind: Kind; readonly config: RunConfig } | { readonly kind: 'resumed'; readonly folder: SweepFolder };

/** The several runs that were asked for; null for a single one. @throws LetheError CONFIG_INVALID, RUN_MISSING to go on with a sweep */
export async function requestedRuns(command: TrainCommand, machine: ThisMachine): Promise<Request | null> {
  if (command.resume !== null) {
    const folder = await findSeveralRuns(command.resume, 'train', command);
    if (folder !== null && hasSettings(command)) {
      throw problemsError([{ where: '--resume', expected: 'no settings but --data-dir and --unpacked-gib for several runs, which keep those that they were begun with', found: shown(command.flags.values) }]);
    }
    return folder === null ? null : { kind: 'resumed', folder };
  }
  const { config } = newRunConfig(command, machineOf(machine));
  const kind = config.data.domains?.training === 'each' ? 'comparison' : command.seeds === null ? null : 'seeds';
  if (kind !== null && config.cluster.listen !== null) {
    throw problemsError([{ where: '--listen', expected: 'no address for several runs, which share this machine', found: config.cluster.listen }]);
  }
  return kind === null ? null : { kind, config };
}

/** Plays the runs, as many at once as the machine allows, and says what they came to together. */
export async function runSeveral(request: Request, command: TrainCommand, { machine, environment }: { machine: ThisMachine; environment: Environment }): Promise<number> {
  const folder = request.kind === 'resumed' ? request.folder : await begin(request.kind, request.config, { command, machine });
  const lock = await folder.lock(command);
  try {
    const found = await folder.read();
    const state = request.kind === 'resumed' ? { ...found, trialsAtOnce: await runsAtOnce(folder, found, machine) } : found;
    const run = await playTrials(folder, state, { gpus: machine.gpus, cores: machine.cores, environment, data: dataReading(command), isQuiet: command.quiet });
    const write = RESULTS[state.kind === 'comparison' ? 'comparison' : 'seeds'];
    const { tables, notes } = await write(folder, run.trials, command.folder);
    for (const line of [...tables.flatMap(aligned), ...notes]) process.stdout.write(`${line}\n`);
    return exitCodeOfTrials(run);
  } finally {
    await lock.release();
  }
}

async function begin(kind: Kind, config: RunConfig, { command, machine }: { command: TrainCommand; machine: ThisMachine }): Promise<SweepFolder> {
  const { seeds, runsFolder, runName } = command;
  const place = join(runsFolder, runName ?? nameOfNow(config.recipe));
  await SweepFolder.expectRoom(place);
  const planned = await PLANS[kind](config, seeds ?? [config.seed]);
  const { atOnce, workers } = shareMachine(config, machineOf(machine), { runs: planned.length, saysWorkers: saysWorkers(command) });
  const folder = await SweepFolder.create(place);
  await folder.begin(planned.map((trial) => ({ ...trial, config: withWorkers(trial.config, workers) })), { kind, trialsAtOnce: atOnce, halving: null, best: null });
  process.stdout.write(`${planned.length} runs, ${atOnce === 1 ? 'one after another' : `${atOnce} at once`}, in ${folder.folder}\n`);
  return folder;
}

function withWorkers(config: RunConfig, workers: number): RunConfig {
  return { ...config, cluster: { ...config.cluster, workers, awaitWorkers: Math.min(config.cluster.awaitWorkers, workers) } };
}

/** As many as this machine has room for, which need not be the one where they were begun. */
async function runsAtOnce(folder: SweepFolder, { trials }: SweepState, machine: ThisMachine): Promise<number> {
  const fits = await Promise.all(trials.map(async ({ name }) => shareMachine(await folder.config(name), machineOf(machine), { runs: trials.length, saysWorkers: true }).atOnce));
  return fits.reduce((least, fit) => Math.min(least, fit), trials.length);
}

/** How the data of runs that go on are read. New ones have it in their configurations. */
function dataReading({ resume, flags: { values } }: TrainCommand): DataReading {
  if (resume === null) return AS_BEFORE;
  const [folder, unpackedGiB] = [valueAt(values, 'data.folder'), valueAt(values, 'data.unpackedGiB')];
  return { folder: typeof folder === 'string' ? folder : null, unpackedGiB: typeof unpackedGiB === 'number' ? unpackedGiB : null };
}

function hasSettings({ flags: { values }, configFile }: TrainCommand): boolean {
  const { data, ...others } = values;
  return configFile !== null || Object.keys(others).length > 0 || Object.keys(data ?? {}).some((key) => key !== 'folder' && key !== 'unpackedGiB');
}
