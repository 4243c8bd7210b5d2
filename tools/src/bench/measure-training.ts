import { measurePeer, type Peer, type Tuning } from './peers.js';
import { playRounds, type PlayedRun, type Summary } from './play-rounds.js';

/**
 * Of each recipe: examples of a round, as an epoch counts them, and its steps, those of the classifier and that of encoder and decoder.
 * Each step of `avatars` has a batch of its own: its round computes three of 32, and counts as 32 images, as its peer's does.
 */
const ROUNDS: Readonly<Record<PlayedRun['recipe'], { readonly batch: number; readonly steps: number }>> = {
  article: { batch: 256, steps: 2 }, forget: { batch: 256, steps: 7 }, avatars: { batch: 32, steps: 3 },
};

export interface TrainingCase {
  readonly name: string;
  readonly recipe: PlayedRun['recipe'];
  readonly flags: readonly string[];
  readonly peer: Peer;
  /** Least ratio of its speed to the speed of the peer. */
  readonly leastTimesFaster: Readonly<Record<Tuning, number>>;
  /** Greatest share of a round in which workers send gradients or wait for parameters; null: none is set. */
  readonly mostServerShare: number | null;
}

/** Speed of a peer beside the least ratio to it. */
export interface PeerRow {
  readonly name: string;
  readonly imagesPerSecond: number;
  readonly leastTimesFaster: number;
}

export interface TrainingRow {
  readonly name: string;
  readonly roundMs: number;
  readonly imagesPerSecond: number;
  /** Empty without a Python that has PyTorch. */
  readonly peers: readonly PeerRow[];
  /** Share of a round in which workers send gradients or wait for parameters. */
  readonly serverShare: number;
  readonly mostServerShare: number | null;
  /** Share of the moved bytes beyond the least number. */
  readonly wireSurplus: number;
  /** Means over steps, in milliseconds. */
  readonly step: Readonly<Record<string, number>>;
  readonly workerMB: number;
  readonly serverMB: number;
  /** SHA-256 of the weights at the end, the same in every repeat. */
  readonly weights: string;
}

export interface TrainingEffort {
  readonly rounds: number;
  readonly repeats: number;
  readonly runsFolder: string;
  /** An interpreter that has PyTorch; null: no peer is measured. */
  readonly python: string | null;
}

const TUNINGS: readonly Tuning[] = ['plain', 'tuned'];

/** Trains through the real command, alternating with the peers, since the speed of the machine may change within minutes. */
export async function measureTraining(
  benchmark: TrainingCase,
  id: string,
  { rounds, repeats, runsFolder, python }: TrainingEffort,
): Promise<TrainingRow> {
  const peerSpeeds: Record<Tuning, number[]> = { plain: [], tuned: [] };
  const summaries: Summary[] = [];
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    if (python !== null) for (const tuning of TUNINGS) peerSpeeds[tuning].push(await measurePeer(benchmark.peer, tuning, python));
    const name = `${id}-${repeat}`;
    summaries.push(await playRounds({ name, recipe: benchmark.recipe, runsFolder, rounds, flags: benchmark.flags }));
  }
  return {
    ...rowOf(benchmark, summaries),
    peers: python === null ? [] : TUNINGS.map((tuning) => peerRow(benchmark, tuning, peerSpeeds[tuning])),
  };
}

function peerRow({ peer, leastTimesFaster }: TrainingCase, tuning: Tuning, speeds: readonly number[]): PeerRow {
  return {
    name: tuning === 'plain' ? peer.script : `${peer.script}, tuned`,
    imagesPerSecond: median(speeds),
    leastTimesFaster: leastTimesFaster[tuning],
  };
}

function rowOf({ name, recipe, mostServerShare }: TrainingCase, summaries: readonly Summary[]): Omit<TrainingRow, 'peers'> {
  const medianOf = (figure: (summary: Summary) => number): number => median(summaries.map(figure));
  const roundMs = medianOf(({ median_round_ms: ms }) => ms);
  return {
    name, roundMs, mostServerShare,
    imagesPerSecond: (ROUNDS[recipe].batch * 1000) / roundMs,
    serverShare: medianOf(({ step, median_round_ms: ms }) => (ROUNDS[recipe].steps * (step.sendMs + step.waitMs)) / ms),
    wireSurplus: medianOf(({ wire }) => (wire.bytes_sent + wire.bytes_received) / wire.least_bytes - 1),
    step: Object.fromEntries(
      (['inputMs', 'computeMs', 'sendMs', 'waitMs', 'sumMs', 'updateMs'] as const).map((part) => [
        part,
        medianOf(({ step }) => step[part]),
      ]),
    ),
    workerMB: medianOf(({ resident_mb: mb }) => mb.worker),
    serverMB: medianOf(({ resident_mb: mb }) => mb['parameter-server']),
    weights: [...new Set(summaries.map(({ weights_sha256: weights }) => weights))].join(' or '),
  };
}

/** The median; of an even number of values the larger one of the two in the middle. */
function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('--repeats: expected 1 or more');
  return middle;
}
