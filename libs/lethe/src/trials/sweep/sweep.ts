import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LetheError } from '@lethe/errors';
import type { SweepRequest } from '../../requests.js';
import { machineOf } from '../../this-machine.js';
import { checkFigures } from './check-figures.js';
import { checkSlots, slotGpus } from '../trial-slots.js';
import { findSweep } from '../find-trials.js';
import { machineOfPlacing } from '../../placing/placing.js';
import { planSweep } from './plan-sweep.js';
import { fitTrials } from './fit-trials.js';
import { openingOf, playTrials, type TrialsOpening, type TrialSurroundings } from '../play-trials.js';
import { nameOfNow, trialName, TrialsFolder } from '../trials-folder.js';
import { writeSweep } from './sweep-results.js';
import type { TrialRunner } from '../trial-runner.js';
import type { TrialsState } from '../trials-state.js';

/** What a sweep came to. */
export interface SweepResults {
  readonly run: TrialRunner;
  /** The trial that is named the best, with the command line that repeats it; null: none is. */
  readonly best: string | null;
  /** Sentences on what the figures are too unsure to tell. */
  readonly notes: readonly string[];
  /** By which figure the best is named; null: by none. */
  readonly bestBy: TrialsState['best'];
}

/** A sweep whose trials are all checked through. */
interface PlannedSweep extends Awaited<ReturnType<typeof fitTrials>> {
  /** Absolute path of the folder that it may have. */
  readonly place: string;
  readonly best: TrialsState['best'];
  readonly trialsAtOnce: number;
}

/** Opens the folder of a sweep: a new one with its trials, all checked through, or that of one that goes on. */
export async function openSweep(request: SweepRequest, opening: TrialsOpening): Promise<TrialsFolder> {
  if (request.resume !== null) return findSweep(request.resume, request);
  const { place, trials, notices, best, trialsAtOnce } = await plannedSweep(request, opening);
  const folder = await TrialsFolder.create(place);
  for (const notice of notices) opening.onNotice(notice);
  await folder.begin(trials, { kind: 'sweep', trialsAtOnce, halving: request.halving, best });
  return folder;
}

/** Plans a new sweep, and writes nothing. @throws LetheError for what it cannot be played with */
export async function plannedSweep(request: SweepRequest, opening: TrialsOpening): Promise<PlannedSweep> {
  const machine = machineOfPlacing(opening.machine, request.placing);
  const place = join(request.runsFolder, request.name ?? nameOfNow('sweep'));
  await TrialsFolder.expectRoom(place);
  const { trials: planned, notices } = await fitTrials(await planSweep(request, machineOf(machine)), openingOf(opening));
  const best = await checkFigures(planned, request);
  const trialsAtOnce = request.trialsAtOnce ?? 1;
  const clusters = planned.map(({ config }) => config.cluster);
  checkSlots(clusters, trialsAtOnce, machine.cores);
  slotGpus(machine.gpus, trialsAtOnce, clusters);
  return { place, trials: planned, notices, best, trialsAtOnce };
}

/** Plays the trials that are not done, or one of them alone, and writes which are best. */
export async function playSweep(folder: TrialsFolder, request: SweepRequest, surroundings: TrialSurroundings): Promise<SweepResults> {
  if (request.trial !== null) return playOneTrial(folder, request, { ...surroundings, trial: trialName(request.trial - 1) });
  const lock = await folder.lock(request, surroundings.watcher.onWarning);
  try {
    const found = await folder.read();
    const state = { ...found, trialsAtOnce: request.trialsAtOnce ?? found.trialsAtOnce };
    const run = await playTrials(folder, state, request.resumedData, { ...surroundings, logLevel: request.logLevel });
    return { run, ...(await writeSweep(folder, state, run.trials, request.folder)), bestBy: state.best };
  } finally {
    await lock.release();
  }
}

/** Plays a trial as long as others play the rest. @throws LetheError RUN_MISSING if there is no such trial */
async function playOneTrial(
  folder: TrialsFolder, request: SweepRequest, { trial: name, ...surroundings }: TrialSurroundings & { readonly trial: string },
): Promise<SweepResults> {
  const state = await folder.read();
  if (!state.trials.some((trial) => trial.name === name))
    throw new LetheError('RUN_MISSING', `${folder.folder}: expected a run ${name} of the sweep, found ${state.trials.length} of them`);
  const lock = await folder.lockTrial(name, request, surroundings.watcher.onWarning);
  try {
    const { trials, ...common } = await folder.read();
    const run = await playTrials(folder, { ...common, trials: trials.filter((trial) => trial.name === name) }, request.resumedData, {
      ...surroundings, logLevel: request.logLevel, others: trials.map((trial) => trial.name).filter((other) => other !== name),
    });
    return { run, ...(await writeAsTheyAre(folder, request)), bestBy: state.best };
  } finally {
    await lock.release();
  }
}

/** Writes which are best as others may do at the same time: whoever writes last has seen the ends of all. */
async function writeAsTheyAre(folder: TrialsFolder, request: SweepRequest): ReturnType<typeof writeSweep> {
  for (;;) {
    const state = await folder.read();
    const written = await writeSweep(folder, state, state.trials, request.folder);
    if (isDeepStrictEqual(await folder.read(), state)) return written;
  }
}
