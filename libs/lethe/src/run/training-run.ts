import type { DataSource } from '@lethe/data';
import { errorMessage, type LetheError } from '@lethe/errors';
import type { GroupState } from '@lethe/protocol';
import { adversarialLoop, type TrainingCluster } from '@lethe/cluster';
import { gridColumns } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import { usedExamples } from '../evaluation/measured-run.js';
import { computeGrid, scoreExamples, scoreTarget } from '../evaluation/score-networks.js';
import { epochsCompleted, type EpochEvent, type RunRecord, type RunState } from '../record/run-record.js';
import { isDivergence } from '../exit-codes.js';
import { divergedFigures, divergedState } from './divergence.js';
import { EarlyStopping, type Judgement } from './early-stopping.js';
import { outlastServers } from './outlast-servers.js';

/** What a run is played with: a cluster, a state to begin with, and a record. */
export interface TrainingRunOptions {
  readonly description: RunDescription;
  readonly cluster: TrainingCluster;
  readonly record: RunRecord;
  /** What is on the servers at the beginning. */
  readonly start: RunState;
  /** Figures of the epochs before that, in order. */
  readonly earlierFigures: readonly Readonly<Record<string, number>>[];
  /** Rounds after which the last of them was judged; 0 before the first. */
  readonly judgedRounds: number;
  readonly gridRows: number;
  readonly data: DataSource;
  /** Whether somebody has asked for a checkpoint since the last time. */
  readonly takeCheckpointRequest: () => boolean;
  /** Asks the run to stop after the round under way. */
  readonly signal: AbortSignal;
}

/** How a run ended. */
export type RunEnding = 'completed' | 'stopped early' | 'interrupted' | 'diverged';

/** What was reached when a run ended. */
export interface RunOutcome {
  readonly ending: RunEnding;
  /** The last one of which a checkpoint was to be made: of a run that has diverged, the last good one. */
  readonly state: RunState;
  /** Figures of the test images; empty after an interruption, and if the run has diverged. */
  readonly testFigures: Readonly<Record<string, number>>;
  /** What is not finite; null unless the run has diverged. */
  readonly divergence: LetheError | null;
}

/** Plays the game to its end, with evaluations, checkpoints and early stopping, however many processes die meanwhile. */
export async function trainingRun(options: TrainingRunOptions): Promise<RunOutcome> {
  const {
    description: { objective, totalRounds, config },
    cluster,
    record,
    start,
    earlierFigures,
    judgedRounds,
    signal,
  } = options;
  const progress: Progress = {
    ending: 'completed',
    saved: start,
    isBest: false,
    isWritten: true,
    judged: { rounds: judgedRounds, ...NEITHER },
    stopping: new EarlyStopping(config),
    heldOut: usedExamples(options).held_out,
    writing: Promise.resolve(),
  };
  for (const figures of earlierFigures) progress.judged = { rounds: judgedRounds, ...progress.stopping.judge(figures) };
  if (isStopped(progress)) {
    progress.ending = 'stopped early';
    record.notice('the run was stopped early by its last epoch; a larger --patience lets it go on');
  }
  const lastGroups = (): readonly GroupState[] => progress.saved.groups;

  const play = async (): Promise<void> => {
    // The weights that it started from may be gone when it is resumed.
    if (config.initialWeights !== null && start.rounds === 0 && start.steps === 0) {
      await record.checkpoint(start, false).catch((error: unknown) => {
        record.notice(`warning: no checkpoint of the weights that the run starts from: ${errorMessage(error)} The run goes on`);
      });
    }
    const goesOn = !isStopped(progress) && (!isToBeJudged(options, progress) || await afterRound(options, progress, start.rounds - 1));
    const rounds = !goesOn ? progress.saved.rounds : await adversarialLoop({
      objective, totalRounds, executor: cluster,
      from: progress.saved,
      afterRound: (round) => afterRound(options, progress, round),
    });
    // The end is a checkpoint too, unless it has been made.
    if (progress.saved.rounds !== rounds || rounds === start.rounds) await save(options, progress, { rounds, isBest: false });
    await progress.writing;
    // A checkpoint that could not be written is missed only here: by now the disk may have room again.
    if (!progress.isWritten) await record.checkpoint(progress.saved, progress.isBest);
  };
  try {
    await outlastServers(cluster, lastGroups, play);
    if (signal.aborted) progress.ending = 'interrupted';
    const testFigures =
      progress.ending === 'interrupted' ? {} : await outlastServers(cluster, lastGroups, () => scoreTest(options, progress));
    record.pauseClock();
    return { ending: progress.ending, state: progress.saved, testFigures, divergence: null };
  } catch (error) {
    if (isDivergence(error)) return endDiverged(options, progress, error);
    // What ended the run is what is thrown, whatever goes wrong in saving besides.
    await saveAbandoned(options, progress).catch((second: unknown) => {
      record.notice(`warning: what is in the weights could not be saved: ${errorMessage(second)}`);
    });
    throw error;
  }
}

/** What was good before stays, and is on the disk. */
async function endDiverged({ record }: TrainingRunOptions, progress: Progress, divergence: LetheError): Promise<RunOutcome> {
  record.pauseClock();
  await progress.writing;
  if (!progress.isWritten)
    await record.checkpoint(progress.saved, progress.isBest).catch((error: unknown) => {
      record.notice(`warning: ${errorMessage(error)}`);
    });
  return { ending: 'diverged', state: progress.saved, testFigures: {}, divergence };
}

/** What has become of the run so far. */
interface Progress {
  ending: RunEnding;
  /** The last state that was captured: what is played after it is played again if a server is lost. */
  saved: RunState;
  /** Whether no earlier epoch was as good as that state. */
  isBest: boolean;
  /** Whether that state is on the disk too, once `writing` is over. */
  isWritten: boolean;
  /** What was found at the end of the last epoch that was recorded and judged. */
  judged: Judgement & { readonly rounds: number };
  readonly stopping: EarlyStopping;
  /** Whole groups are held out: perhaps fewer examples than the settings say. */
  readonly heldOut: number;
  /** The checkpoint that is being written beside the training. */
  writing: Promise<void>;
}

const NEITHER: Judgement = { isBest: false, shouldStop: false };

/** Whether the last state is that of the epoch that ended the run, whatever became of the run or its servers since. */
function isStopped({ saved, judged }: Progress): boolean {
  return judged.shouldStop && saved.steps === 0 && saved.rounds === judged.rounds;
}

/** Whether the run begins right after an epoch that was interrupted before it was judged. */
function isToBeJudged({ start, judgedRounds, description }: TrainingRunOptions, { saved }: Progress): boolean {
  return saved === start && start.steps === 0 && start.rounds > judgedRounds && endsEpoch(description, start.rounds);
}

/** Whether an epoch ends after that number of rounds: the last epoch may be cut short. */
function endsEpoch({ config: { batchSize }, trainingCount, totalRounds }: RunDescription, rounds: number): boolean {
  return (
    rounds === totalRounds || epochsCompleted(rounds, batchSize, trainingCount) > epochsCompleted(rounds - 1, batchSize, trainingCount)
  );
}

/** Whether the game goes on. */
async function afterRound(options: TrainingRunOptions, progress: Progress, round: number): Promise<boolean> {
  const { description, signal, takeCheckpointRequest } = options;
  const { config: { batchSize, checkpoints: { everyEpochs, everyRounds } }, trainingCount, totalRounds } = description;
  if (signal.aborted) progress.ending = 'interrupted';
  if (signal.aborted) return false;
  const rounds = round + 1;
  const epoch = Math.max(epochsCompleted(rounds, batchSize, trainingCount), epochsCompleted(round, batchSize, trainingCount) + 1);
  const isEnd = endsEpoch(description, rounds);
  // An epoch that is played again was recorded and judged when it was played first.
  const again = rounds === progress.judged.rounds ? progress.judged : NEITHER;
  const { isBest, shouldStop } = isEnd && rounds > progress.judged.rounds ? await endEpoch(options, progress, { epoch, rounds }) : again;
  const isDue =
    rounds === totalRounds
    || shouldStop
    || isBest
    || (isEnd && epoch % everyEpochs === 0)
    || (everyRounds !== null && rounds % everyRounds === 0);
  if (takeCheckpointRequest() || isDue) await save(options, progress, { rounds, isBest });
  return !shouldStop;
}

/** Measures and records the epoch. One that is interrupted meanwhile is judged when the run goes on. */
async function endEpoch(
  options: TrainingRunOptions,
  progress: Progress,
  { epoch, rounds }: { epoch: number; rounds: number },
): Promise<Judgement> {
  const { cluster, record, signal } = options;
  await cluster.settle();
  record.pauseClock();
  const measured = await unlessInterrupted(signal, measureEpoch(options, progress, epoch));
  if (measured === null) {
    progress.ending = 'interrupted';
    return { isBest: false, shouldStop: true };
  }
  await record.epoch({ epoch, rounds, ...measured });
  progress.judged = { rounds, ...progress.stopping.judge(measured.figures) };
  record.resumeClock();
  if (progress.judged.shouldStop) progress.ending = 'stopped early';
  return progress.judged;
}

async function measureEpoch(
  options: TrainingRunOptions, { heldOut }: Progress, epoch: number,
): Promise<Pick<EpochEvent, 'figures' | 'grid'>> {
  const { description } = options;
  const figures = { ...(await scoreExamples(options, 'held-out', heldOut)), ...(await scoreTarget(options)) };
  const diverged = divergedFigures(figures, `epoch ${epoch}`);
  if (diverged !== null) throw diverged;
  // Of signals there are no pictures, whatever the recipe says.
  const isDrawn = description.config.grid && gridColumns(description) !== null;
  return { figures, grid: isDrawn ? await computeGrid(options, options.gridRows) : null };
}

/** Figures of the test examples; none if the run is interrupted meanwhile. */
async function scoreTest(options: TrainingRunOptions, progress: Progress): Promise<Record<string, number>> {
  const figures = await unlessInterrupted(options.signal, scoreExamples(options, 'test', options.data.test.count));
  if (figures === null) {
    progress.ending = 'interrupted';
    return {};
  }
  const diverged = divergedFigures(figures, 'the test examples');
  if (diverged !== null) throw diverged;
  return figures;
}

/** Null as soon as somebody asks the run to stop: what is measured is not waited for, however long it takes. */
async function unlessInterrupted<Measured>(signal: AbortSignal, measuring: Promise<Measured>): Promise<Measured | null> {
  let stop: (nothing: null) => void = () => undefined;
  const interrupted = new Promise<null>((resolve) => { stop = resolve; });
  const onAbort = (): void => { stop(null); };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([interrupted, measuring]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Captures the state, and writes it while the training goes on; it goes on too if the disk is full. */
async function save(
  { cluster, record }: TrainingRunOptions,
  progress: Progress,
  { rounds, isBest }: { rounds: number; isBest: boolean },
): Promise<void> {
  const groups = await cluster.captureState();
  const diverged = divergedState(groups, rounds);
  if (diverged !== null) throw diverged;
  await progress.writing;
  const state = { rounds, steps: 0, groups };
  progress.saved = state;
  progress.isBest = isBest;
  progress.isWritten = true;
  progress.writing = record.checkpoint(state, isBest).catch((error: unknown) => {
    progress.isWritten = false;
    record.notice(`warning: no checkpoint after round ${rounds}: ${errorMessage(error)} The run goes on`);
  });
}

/** What the last workers left in the servers is not lost with them. */
async function saveAbandoned({ cluster, record }: TrainingRunOptions, progress: Progress): Promise<void> {
  const state = await cluster.abandonment.capture();
  await progress.writing;
  if (state === null) return;
  const diverged = divergedState(state.groups, state.rounds);
  if (diverged === null) await record.checkpoint(state, false);
  else record.notice(`warning: ${diverged.message}`);
}
