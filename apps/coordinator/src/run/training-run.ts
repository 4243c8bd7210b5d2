import { TARGET_ACCURACY } from '@lethe/config';
import { UNLABELLED, type DataSource } from '@lethe/data';
import { meanFigures, SCORE_CHUNK } from '@lethe/evaluation';
import type { GroupState, Split } from '@lethe/protocol';
import { adversarialLoop, type RunDescription, type TrainingCluster } from '@lethe/training';
import { EarlyStopping } from './early-stopping.js';
import { epochsCompleted } from './epochs.js';

/** What a run leaves behind while it goes on. */
export interface RunRecord {
  epoch(event: EpochEvent): Promise<void>;
  checkpoint(state: RunState, isBest: boolean): Promise<void>;
  /** Evaluations say nothing about the speed of training. */
  pauseClock(): void;
  resumeClock(): void;
}

export interface EpochEvent {
  /** Complete passes over the training images. */
  readonly epoch: number;
  /** Rounds played. */
  readonly rounds: number;
  /** Figures of the held-out images; empty if none are held out. */
  readonly figures: Readonly<Record<string, number>>;
  /** float32 [rows, classes, height, width, channels]; null if no grid was wanted. */
  readonly grid: Float32Array | null;
}

/** The weights and optimiser state after so many rounds. */
export interface RunState {
  readonly rounds: number;
  readonly groups: readonly GroupState[];
}

export interface TrainingRunOptions {
  readonly description: RunDescription;
  readonly cluster: TrainingCluster;
  readonly record: RunRecord;
  readonly firstRound: number;
  readonly gridRows: number;
  readonly data: DataSource;
  /** Asks the run to stop after the round under way. */
  readonly signal: AbortSignal;
}

export type RunEnding = 'completed' | 'stopped early' | 'interrupted';

export interface RunOutcome {
  readonly ending: RunEnding;
  readonly state: RunState;
  /** Figures of the test images; empty after an interruption. */
  readonly testFigures: Readonly<Record<string, number>>;
}

/** Plays the game to its end, with evaluations, checkpoints and early stopping at the ends of epochs. */
export async function trainingRun(options: TrainingRunOptions): Promise<RunOutcome> {
  const { description, cluster, record, firstRound, signal } = options;
  const { config, objective, trainingCount, totalRounds } = description;
  const stopping = new EarlyStopping(config);
  let ending = 'completed' as RunEnding;
  let saved = null as RunState | null;

  const rounds = await adversarialLoop({
    objective,
    players: cluster,
    firstRound,
    totalRounds,
    afterRound: async (round) => {
      if (signal.aborted) ending = 'interrupted';
      if (signal.aborted) return false;
      const completed = epochsCompleted(round + 1, config.batchSize, trainingCount);
      const isWithinEpoch = completed === epochsCompleted(round, config.batchSize, trainingCount);
      const isLast = round + 1 === totalRounds;
      if (isWithinEpoch && !isLast) return true;
      const epoch = isWithinEpoch ? completed + 1 : completed;
      await cluster.settle();
      record.pauseClock();
      const figures = { ...(await score(options, 'held-out', config.data.heldOut)), ...(await scoreTarget(options)) };
      const grid = config.grid ? await drawGrid(options) : null;
      await record.epoch({ epoch, rounds: round + 1, figures, grid });
      const { isBest, shouldStop } = stopping.judge(figures);
      if (isLast || shouldStop || isBest || epoch % config.checkpoints.everyEpochs === 0) {
        saved = { rounds: round + 1, groups: await cluster.captureState() };
        await record.checkpoint(saved, isBest);
      }
      record.resumeClock();
      if (shouldStop) ending = 'stopped early';
      return !shouldStop;
    },
  });

  const state = await stateAfter(options, rounds, saved);
  const testFigures = ending === 'interrupted' ? {} : await score(options, 'test', options.data.test.count);
  return { ending, state, testFigures };
}

/** The checkpoint of the last round, made now unless it has been. */
async function stateAfter({ cluster, record }: TrainingRunOptions, rounds: number, saved: RunState | null): Promise<RunState> {
  if (saved?.rounds === rounds) return saved;
  const state = { rounds, groups: await cluster.captureState() };
  await record.checkpoint(state, false);
  return state;
}

/** The target's accuracy, only if the run is told to watch it. */
async function scoreTarget(options: TrainingRunOptions): Promise<Record<string, number>> {
  const { config, facts } = options.description;
  if (config.monitor !== TARGET_ACCURACY) return {};
  const accuracy = (await score(options, 'test', options.data.test.count))[`${facts.domains.at(-1)?.name ?? ''}/label_accuracy`];
  return accuracy === undefined ? {} : { [TARGET_ACCURACY]: accuracy };
}

/** Means over the examples of a split that have a label; of several populations' test examples, over each by itself: "svhn/label_accuracy". */
async function score({ cluster, description, data }: TrainingRunOptions, split: Split, count: number): Promise<Record<string, number>> {
  if (count === 0) return {};
  const { objective: { figures }, facts: { domains } } = description;
  const chunks = await cluster.evaluate('score', split, count, SCORE_CHUNK);
  if (domains.length === 1 || split === 'held-out') return meanFigures(chunks, figures);
  return Object.fromEntries(domains.flatMap(({ name }, domain) => {
    const isCounted = (example: number): boolean => data.test.domains[example] === domain && data.test.labels[example] !== UNLABELLED;
    return Object.entries(meanFigures(chunks, figures, isCounted)).map(([figure, value]) => [`${name}/${figure}`, value] as const);
  }).filter(([, value]) => !Number.isNaN(value)));
}

/** The style grid, float32 [rows, classes, height, width, channels]: one test example a row, redrawn under every label. */
export async function drawGrid({ cluster, gridRows, description }: Pick<TrainingRunOptions, 'cluster' | 'gridRows' | 'description'>): Promise<Float32Array> {
  const { height, width, channels } = description.facts.shape;
  const rowLength = description.facts.classes.length * height * width * channels;
  const grid = new Float32Array(gridRows * rowLength);
  for (const [index, rows] of (await cluster.evaluate('grid', 'test', gridRows, 1)).entries()) grid.set(rows, index * rowLength);
  return grid;
}
