import { join } from 'node:path';
import { problemsError, shown, valueAt, type CompiledConfig, type RunConfig } from '@lethe/config';
import { writeComparison } from './comparison/comparison-results.js';
import { planComparison } from './comparison/plan-comparison.js';
import { AS_BEFORE, type DataReading, type TrainRequest } from '../requests.js';
import { planSeeds } from './seeds/plan-seeds.js';
import { writeSeeds } from './seeds/seeds-results.js';
import { shareMachine } from './trial-slots.js';
import { saysWorkers } from '../run-config.js';
import { machineOf, type ThisMachine } from '../this-machine.js';
import { findTrials } from './find-trials.js';
import type { Trial } from './trial.js';
import { openingOf, playTrials, type TrialsOpening, type TrialSurroundings } from './play-trials.js';
import { nameOfNow, TrialsFolder } from './trials-folder.js';
import type { TrialRunner } from './trial-runner.js';
import type { TrialsState } from './trials-state.js';

/** The several runs that one request for training plays: one of each kind, compared, or one from each seed. */
type Kind = Exclude<TrialsState['kind'], 'sweep'>;

const PLANS: Readonly<Record<Kind, typeof planSeeds>> = {
  comparison: planComparison,
  seeds: planSeeds,
};
type WriteTrials = (
  folder: TrialsFolder,
  trials: readonly Trial[],
  userFolder: string,
) => Promise<{ tables: string[][][]; notes: string[] }>;
const RESULTS: Readonly<Record<Kind, WriteTrials>> = { comparison: writeComparison, seeds: writeSeeds };

/** What is needed to play several runs: a new folder's settings, or a folder to go on with. */
export type TrialsToTrain =
  { readonly kind: Kind; readonly compiled: CompiledConfig } | { readonly kind: 'resumed'; readonly folder: TrialsFolder };

/** What several runs came to together. */
export interface TrialsResults {
  readonly run: TrialRunner;
  readonly tables: readonly string[][][];
  readonly notes: readonly string[];
}

/** The several runs that a new run's settings and seeds ask for; null: a single one. @throws LetheError CONFIG_INVALID */
export function newTrials({ seeds, placing }: TrainRequest, compiled: CompiledConfig): TrialsToTrain | null {
  const { config } = compiled;
  const kind = config.data.domains?.training === 'each' ? 'comparison' : seeds === null ? null : 'seeds';
  if (kind !== null && config.cluster.listen !== null) {
    throw problemsError([
      { where: '--listen', expected: 'no address for several runs, which share this machine', found: config.cluster.listen },
    ]);
  }
  if (kind !== null && placing !== null) {
    const expected = 'one run; `npx lethe sweep --seed 1,2,3` plays runs from several seeds there';
    throw problemsError([{ where: `several runs on ${placing.scheduler.name}`, expected, found: kind }]);
  }
  return kind === null ? null : { kind, compiled };
}

/** The several runs that a request goes on with; null: it does not, or with a single one. @throws LetheError CONFIG_INVALID, RUN_MISSING */
export async function resumedTrials(request: TrainRequest): Promise<TrialsToTrain | null> {
  const folder = request.resume === null ? null : await findTrials(request.resume, 'train', request);
  if (folder !== null && hasSettings(request)) {
    const expected = 'no settings but --data-dir and --unpacked-gib for several runs, which keep those that they were begun with';
    throw problemsError([{ where: '--resume', expected, found: shown(request.flags.values) }]);
  }
  return folder === null ? null : { kind: 'resumed', folder };
}

/** Opens the folder of the runs: a new one, or that of those that go on. */
export async function openTrials(several: TrialsToTrain, request: TrainRequest, opening: TrialsOpening): Promise<TrialsFolder> {
  return several.kind === 'resumed' ? several.folder : begin(several.kind, several.compiled, { request, ...opening });
}

/** Plays the runs, as many at once as the machine allows, and writes what they came to together. */
export async function trainTrials(folder: TrialsFolder, request: TrainRequest, surroundings: TrialSurroundings): Promise<TrialsResults> {
  const lock = await folder.lock(request, surroundings.watcher.onWarning);
  try {
    const found = await folder.read();
    const state = request.resume === null ? found : { ...found, trialsAtOnce: await runsAtOnce(folder, found, surroundings.machine) };
    const run = await playTrials(folder, state, dataReading(request), { ...surroundings, logLevel: request.logLevel });
    const write = RESULTS[state.kind === 'comparison' ? 'comparison' : 'seeds'];
    return { run, ...(await write(folder, run.trials, request.folder)) };
  } finally {
    await lock.release();
  }
}

interface Begun extends TrialsOpening { readonly request: TrainRequest }

async function begin(kind: Kind, compiled: CompiledConfig, { request, ...opening }: Begun): Promise<TrialsFolder> {
  const { machine, onNotice } = opening;
  const { config } = compiled;
  const { seeds, runsFolder, runName } = request;
  const place = join(runsFolder, runName ?? nameOfNow(config.recipe));
  await TrialsFolder.expectRoom(place);
  const { trials: planned, notices } = await PLANS[kind](compiled, seeds ?? [config.seed], openingOf(opening));
  for (const notice of notices) onNotice(notice);
  const { atOnce, workers } = shareMachine(config, machineOf(machine), { runs: planned.length, saysWorkers: saysWorkers(request) });
  const folder = await TrialsFolder.create(place);
  const trials = planned.map((trial) => ({ ...trial, config: withWorkers(trial.config, workers) }));
  await folder.begin(trials, { kind, trialsAtOnce: atOnce, halving: null, best: null });
  return folder;
}

function withWorkers(config: RunConfig, workers: number): RunConfig {
  return { ...config, cluster: { ...config.cluster, workers, awaitWorkers: Math.min(config.cluster.awaitWorkers, workers) } };
}

/** As many as this machine has room for, which need not be the one where they were begun. */
async function runsAtOnce(folder: TrialsFolder, { trials }: TrialsState, machine: ThisMachine): Promise<number> {
  const fits = await Promise.all(trials.map(async ({ name }) =>
    shareMachine(await folder.config(name), machineOf(machine), { runs: trials.length, saysWorkers: true }).atOnce));
  return fits.reduce((least, fit) => Math.min(least, fit), trials.length);
}

/** How the data of runs that go on are read. New ones have it in their configurations. */
function dataReading({ resume, flags: { values } }: TrainRequest): DataReading {
  if (resume === null) return AS_BEFORE;
  const [folder, unpackedGiB] = [valueAt(values, 'data.folder'), valueAt(values, 'data.unpackedGiB')];
  return { folder: typeof folder === 'string' ? folder : null, unpackedGiB: typeof unpackedGiB === 'number' ? unpackedGiB : null };
}

function hasSettings({ flags: { values }, configFile }: TrainRequest): boolean {
  const { data, ...others } = values;
  const isOfData = (key: string): boolean => key === 'folder' || key === 'unpackedGiB';
  return configFile !== null || Object.keys(others).length > 0 || Object.keys(data ?? {}).some((key) => !isOfData(key));
}
