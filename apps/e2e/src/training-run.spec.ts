import { mergeConfig } from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { runParameterServer } from '@lethe/parameter-store';
import type { Evaluate } from '@lethe/protocol';
import { TrainingCluster } from '@lethe/cluster';
import type { RunDescription } from '@lethe/graphs';
import { runWorker } from '@lethe/worker';
import { createMemoryTransport } from '@lethe/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstGroups, smallGame, smallGradients } from './simulation/small-game.js';
import { divergedState, divergedStep, trainingRun, type EpochEvent, type RunOutcome, type RunState } from '@lethe/lethe/parts';

const RAW = mergeConfig({ cores: 1, gpus: 0, engine: 'native' }, []).config;
const EXAMPLES = 4;
const DATA = {
  test: { count: EXAMPLES, inputs: { values: 'bytes' } }, train: { labels: new Uint32Array(2 * EXAMPLES), groups: null }, heldOut: null,
} as unknown as DataSource;

/** The simulation's game, with examples that are scored by one figure. */
function game({ heldOut = 0, epochs = 1, patience = null as number | null } = {}): RunDescription {
  const small = smallGame(RAW, { workers: 1, servers: 1, awaitWorkers: 1 });
  return {
    ...small,
    trainingCount: (small.totalRounds * small.config.batchSize) / epochs,
    objective: { ...small.objective, figures: ['reconstruction_mse'] },
    config: { ...small.config, patience, data: { ...small.config.data, heldOut } },
  };
}

/** What the worker answers to an evaluation. */
let evaluate: (evaluation: Evaluate) => Promise<Float32Array>;
let stop: AbortController;
let saved: RunState[];
let epochs: EpochEvent[];
let cluster: TrainingCluster;
let close: () => Promise<void>;
/** Kills the server, and starts another. */
let replaceServer: () => void;
/** Resolves as soon as the worker is asked to evaluate. */
let asked: Promise<void>;
let onAsked: () => void;

beforeEach(() => {
  [saved, epochs, stop] = [[], [], new AbortController()];
  asked = new Promise((resolve) => { onAsked = resolve; });
});
afterEach(() => close());

/** One server and one worker in this process, which begin with these groups. */
async function open(description: RunDescription, groups = firstGroups(description)): Promise<RunState> {
  const transport = createMemoryTransport();
  const listener = await transport.listen('memory://coordinator');
  const origin = { runId: 'run', epoch: 1 };
  const end = new AbortController();
  cluster = new TrainingCluster({
    listener,
    description,
    origin: { ...origin, sender: 'coordinator', incarnation: 'coordinator' },
    onCommitted: () => undefined,
    onCommitReport: () => undefined,
    onStepReport: () => undefined,
    onNotice: () => undefined,
    onLost: () => undefined,
  });
  const controlAddress = 'memory://coordinator';
  const serve = (incarnation: string, signal: AbortSignal): void => {
    cluster.control.roster.reserve(incarnation, 'parameter-server', 0);
    runParameterServer({
      transport,
      controlAddress,
      dataAddress: `memory://${incarnation}`,
      listenerTrust: {},
      memberTrust: {},
      ...origin,
      incarnation,
      host: 'here',
      processId: 1,
      signal,
      planOf: () => ({ ...description, phases: description.objective.phases, freshNetworks: () => new Map() }),
    }).catch(() => undefined);
  };
  const first = new AbortController();
  serve('server', AbortSignal.any([first.signal, end.signal]));
  replaceServer = () => {
    first.abort();
    cluster.control.processExited('server', 'killed');
    serve('another server', end.signal);
  };
  cluster.control.roster.reserve('worker', 'worker', 0);
  runWorker({
    transport,
    controlAddress,
    trust: {},
    host: 'here',
    fingerprint: `${description.config.cluster.engine} threads=${description.config.cluster.threads}`,
    origin: { ...origin, sender: 'worker', incarnation: 'worker' },
    engine: {
      name: 'native',
      version: '0',
      device: 'cpu',
      hold: (values) => Object.assign(values.slice(), { dispose: () => undefined }),
      vector: (length) => new Float32Array(length),
    },
    prepare: () =>
      Promise.resolve({
        description,
        gradients: smallGradients(description),
        evaluator: {
          evaluate: (evaluation) => {
            onAsked();
            return evaluate(evaluation);
          },
          dispose: () => undefined,
        },
      }),
    openHeartbeat: () => ({ update: () => undefined, stop: () => Promise.resolve() }),
  }).catch(() => undefined);
  close = async () => {
    await cluster.control.close('the test is over');
    end.abort();
  };
  const start = { rounds: 0, steps: 0, groups };
  await cluster.assemble(start.groups, 1);
  return start;
}

async function play(description: RunDescription, onEpoch: (event: EpochEvent) => void = () => undefined): Promise<RunOutcome> {
  const start = await open(description);
  return goOn(description, start, onEpoch);
}

/** Plays on, after the epochs that were recorded. */
function goOn(description: RunDescription, start: RunState, onEpoch: (event: EpochEvent) => void = () => undefined): Promise<RunOutcome> {
  return trainingRun({
    description,
    cluster,
    start,
    data: DATA,
    gridRows: 0,
    signal: stop.signal,
    takeCheckpointRequest: () => false,
    earlierFigures: epochs.map(({ figures }) => figures),
    judgedRounds: epochs.at(-1)?.rounds ?? 0,
    record: {
      epoch: async (event) => {
        epochs.push(event);
        onEpoch(event);
      },
      checkpoint: async (state) => { saved.push(state); },
      pauseClock: () => undefined, resumeClock: () => undefined, notice: () => undefined,
    },
  });
}

/** A worker that is busy with an evaluation for as long as anybody can wait. */
const busy = (): Promise<Float32Array> => new Promise(() => undefined);
const scores = (value: number) => (): Promise<Float32Array> => Promise.resolve(new Float32Array(EXAMPLES).fill(value));

describe('a run that is interrupted while something is measured', () => {
  it('does not wait for the figures of an epoch, saves its last round, and leaves the epoch to be judged later', async () => {
    evaluate = busy;
    const playing = play(game({ heldOut: EXAMPLES }));
    await asked;
    stop.abort();
    expect(await playing).toMatchObject({ ending: 'interrupted', state: { rounds: 6 }, testFigures: {} });
    expect([saved.at(-1)?.rounds, epochs]).toEqual([6, []]);
  });

  it('does not wait for the figures of the test examples, and is not complete', async () => {
    evaluate = busy;
    const playing = play(game());
    await asked;
    stop.abort();
    expect(await playing).toMatchObject({ ending: 'interrupted', state: { rounds: 6 }, testFigures: {} });
    expect(saved.at(-1)?.rounds).toBe(6);
  });

  it('ends at once when it is to, however long a worker computes', async () => {
    evaluate = busy;
    const playing = play(game());
    await asked;
    cluster.control.fail(new LetheError('INTERRUPTED', 'stopped'));
    await expect(playing).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('a run that its second of three epochs stops', () => {
  const stopped = game({ heldOut: EXAMPLES, epochs: 3, patience: 1 });

  it('is not played on if the test examples were not scored any more, unless more patience is asked for', async () => {
    const scoring = new Promise<void>((resolve) => {
      evaluate = (evaluation) => {
        if (evaluation.split !== 'test') return scores(1)();
        resolve();
        return busy();
      };
    });
    const playing = play(stopped);
    await scoring;
    stop.abort();
    const { ending, state } = await playing;
    expect([ending, state.rounds, epochs.map(({ rounds }) => rounds)]).toEqual(['interrupted', 4, [2, 4]]);
    await close();

    stop = new AbortController();
    evaluate = scores(1);
    await open(stopped, [...state.groups]);
    expect(await goOn(stopped, state)).toMatchObject({
      ending: 'stopped early',
      state: { rounds: 4 },
      testFigures: { reconstruction_mse: 1 },
    });
    await close();

    const patient = game({ heldOut: EXAMPLES, epochs: 3, patience: 3 });
    await open(patient, [...state.groups]);
    expect(await goOn(patient, state)).toMatchObject({ ending: 'completed', state: { rounds: 6 } });
  });

  it('stops there although its server is lost before that epoch is saved', async () => {
    evaluate = scores(1);
    const outcome = await play(stopped, ({ rounds }) => { if (rounds === 4) replaceServer(); });
    expect(outcome).toMatchObject({ ending: 'stopped early', state: { rounds: 4 } });
    expect([saved.at(-1)?.rounds, epochs.map(({ rounds }) => rounds)]).toEqual([4, [2, 4]]);
  });
});

describe('a checkpoint that could not be written', () => {
  it('is written at the end, as the best if it is that', async () => {
    evaluate = scores(1);
    const description = game({ heldOut: EXAMPLES });
    const start = await open(description);
    const written: [rounds: number, isBest: boolean][] = [];
    let isFull = true;
    await trainingRun({
      description: { ...description, config: { ...description.config, grid: false } },
      cluster,
      start,
      data: { ...DATA, test: { ...DATA.test, count: 0 } },
      gridRows: 0,
      earlierFigures: [],
      judgedRounds: 0,
      signal: stop.signal,
      takeCheckpointRequest: () => false,
      record: {
        epoch: async () => undefined,
        checkpoint: async ({ rounds }, isBest) => {
          if (rounds === description.totalRounds && isFull) {
            isFull = false;
            throw new LetheError('STORAGE_FAILED', 'the disk is full');
          }
          written.push([rounds, isBest]);
        },
        pauseClock: () => undefined, resumeClock: () => undefined, notice: () => undefined,
      },
    });
    expect([isFull, written.at(-1)]).toEqual([false, [description.totalRounds, true]]);
  });
});

describe('a run that diverges', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'ends with what is not finite in an epoch (%d), of which nothing is recorded, and keeps what is good',
    async (value) => {
      evaluate = scores(value);
      const outcome = await play(game({ heldOut: EXAMPLES }));
      expect(outcome).toMatchObject({ ending: 'diverged', state: { rounds: 4 }, testFigures: {}, divergence: { code: 'RUN_DIVERGED' } });
      expect(outcome.divergence?.message).toBe(`the reconstruction_mse of epoch 1 is not finite, found ${value}`);
      expect([saved.at(-1)?.rounds, epochs]).toEqual([4, []]);
    },
  );

  it('ends with what is not finite of the test examples', async () => {
    evaluate = scores(Number.NaN);
    expect(await play(game())).toMatchObject({
      ending: 'diverged',
      state: { rounds: 6 },
      divergence: { message: 'the reconstruction_mse of the test examples is not finite, found NaN' },
    });
  });

  it('makes no checkpoint of weights that are not finite', async () => {
    const description = game();
    const [first, ...others] = firstGroups(description);
    evaluate = scores(1);
    const start = await open(description, [{ ...first!, statistics: Float32Array.of(0, Number.POSITIVE_INFINITY) }, ...others]);
    const outcome = await trainingRun({
      description,
      cluster,
      start,
      data: { ...DATA, test: { ...DATA.test, count: 0 } },
      gridRows: 0,
      earlierFigures: [],
      judgedRounds: 0,
      signal: stop.signal,
      takeCheckpointRequest: () => false,
      record: {
        epoch: async () => undefined,
        checkpoint: async (state) => {
          saved.push(state);
        },
        pauseClock: () => undefined,
        resumeClock: () => undefined,
        notice: () => undefined,
      },
    });
    expect(outcome).toMatchObject({
      ending: 'diverged',
      state: { rounds: 0 },
      divergence: { message: 'the statistics of classifier are not finite after round 2; no checkpoint is made of that' },
    });
    expect(saved).toEqual([]);
  });

  it('shows in losses and in every part of a state', () => {
    const { objective } = game();
    const step = {
      kind: 'committed',
      round: 4,
      phase: 1,
      innerStep: 0,
      group: '',
      version: 1,
      work: { beganMs: 0, lastedMs: 0, sumMs: 0, updateMs: 0, waitMs: 0 },
      gradientNorm: 0,
    } as const;
    expect(divergedStep(objective, { ...step, losses: [0.5] })).toBeNull();
    expect(divergedStep(objective, { ...step, losses: [Number.NaN] })?.message).toBe(
      'the reconstruction_mse of round 5, phase autoencoder, is not finite, found NaN',
    );
    const groups = firstGroups(game());
    expect(divergedState(groups, 3)).toBeNull();
    groups[1]!.slots['secondMoment']![3] = Number.POSITIVE_INFINITY;
    expect(divergedState(groups, 3)?.message).toContain('the secondMoment of autoencoder are not finite after round 3');
  });
});
