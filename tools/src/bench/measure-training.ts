import { measurePeer, type Peer, type Tuning } from './peers.js';
import { playArticle, type Summary } from './play-article.js';

const BATCH = 256;
/** Of the article's game: the classifier's, the encoder's and decoder's. */
const STEPS_PER_ROUND = 2;

export interface TrainingCase {
  readonly name: string;
  readonly flags: readonly string[];
  readonly peer: Peer;
  /** So many times as fast as the peer it should be. */
  readonly leastTimesFaster: Readonly<Record<Tuning, number>>;
}

/** Images a second of a peer. */
export interface PeerRow {
  readonly name: string;
  readonly imagesPerSecond: number;
  readonly leastTimesFaster: number;
}

export interface TrainingRow {
  readonly name: string;
  readonly roundMs: number;
  readonly imagesPerSecond: number;
  /** Empty if there is no Python to measure them with. */
  readonly peers: readonly PeerRow[];
  /** Of a round, in the workers: handing gradients over, waiting for parameters. */
  readonly serverShare: number;
  /** Bytes moved over the least. */
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

/** Trains through the real command, in turn with the peers: the machine may be slower or faster in a minute. */
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
    summaries.push(await playArticle({ name, runsFolder, rounds, flags: benchmark.flags }));
  }
  return {
    ...rowOf(benchmark.name, summaries),
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

function rowOf(name: string, summaries: readonly Summary[]): Omit<TrainingRow, 'peers'> {
  const of = (figure: (summary: Summary) => number): number => median(summaries.map(figure));
  const roundMs = of(({ median_round_ms: ms }) => ms);
  return {
    name, roundMs,
    imagesPerSecond: (BATCH * 1000) / roundMs,
    serverShare: of(({ step, median_round_ms: ms }) => (STEPS_PER_ROUND * (step.sendMs + step.waitMs)) / ms),
    wireSurplus: of(({ wire }) => (wire.bytes_sent + wire.bytes_received) / wire.least_bytes - 1),
    step: Object.fromEntries(
      (['inputMs', 'computeMs', 'sendMs', 'waitMs', 'sumMs', 'updateMs'] as const).map((part) => [part, of(({ step }) => step[part])]),
    ),
    workerMB: of(({ resident_mb: mb }) => mb.worker),
    serverMB: of(({ resident_mb: mb }) => mb['parameter-server']),
    weights: [...new Set(summaries.map(({ weights_sha256: weights }) => weights))].join(' or '),
  };
}

/** Of an even number the larger one of the two in the middle. */
function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('--repeats: expected 1 or more');
  return middle;
}
