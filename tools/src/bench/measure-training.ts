import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { measurePeer, type Peer, type PeerSetup } from './peers.js';
import { COORDINATOR, median, WORKSPACE } from './workspace.js';

const run = promisify(execFile);
const BATCH = 256;
/** Of the article's game: the classifier's, the encoder's and decoder's. */
const STEPS_PER_ROUND = 2;

export interface TrainingCase {
  readonly name: string;
  readonly flags: readonly string[];
  readonly peer: Peer;
  /** So many times as fast as the peer it should be. */
  readonly leastTimesFaster: number;
}

export interface TrainingRow {
  readonly name: string;
  readonly roundMs: number;
  readonly imagesPerSecond: number;
  readonly peer: string;
  /** Null if no peer was given. */
  readonly peerImagesPerSecond: number | null;
  readonly leastTimesFaster: number;
  /** Of a round, in the workers: handing gradients over, waiting for parameters. */
  readonly serverShare: number;
  /** Bytes moved over the least. */
  readonly wireSurplus: number;
  /** Means over steps, in milliseconds. */
  readonly step: Readonly<Record<string, number>>;
  readonly workerMB: number;
  readonly serverMB: number;
}

interface Summary {
  readonly median_round_ms: number;
  readonly step: Readonly<Record<'inputMs' | 'computeMs' | 'sendMs' | 'waitMs' | 'sumMs' | 'updateMs', number>>;
  readonly resident_mb: Readonly<Record<'worker' | 'parameter-server', number>>;
  readonly wire: Readonly<Record<'bytes_sent' | 'bytes_received' | 'least_bytes', number>>;
}

export interface TrainingEffort {
  readonly rounds: number;
  readonly repeats: number;
  readonly runsFolder: string;
  readonly peers: PeerSetup | null;
}

/** Trains through the real command, in turn with the peer: the machine may be slower or faster in a minute. */
export async function measureTraining(benchmark: TrainingCase, id: string, { rounds, repeats, runsFolder, peers }: TrainingEffort): Promise<TrainingRow> {
  const peerSpeeds: number[] = [];
  const summaries: Summary[] = [];
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    if (peers !== null) peerSpeeds.push(await measurePeer(benchmark.peer, peers));
    const name = `${id}-${repeat}`;
    const command = ['train', '--recipe', 'article', '--rounds', String(rounds), '--no-grid', '--no-evaluation', '--quiet', '--name', name, '--runs-dir', runsFolder];
    await run(process.execPath, [COORDINATOR, ...command, ...benchmark.flags], { cwd: WORKSPACE });
    summaries.push(JSON.parse(readFileSync(join(runsFolder, name, 'summary.json'), 'utf8')) as Summary);
  }
  return rowOf(benchmark, summaries, peerSpeeds);
}

function rowOf({ name, peer, leastTimesFaster }: TrainingCase, summaries: readonly Summary[], peerSpeeds: readonly number[]): TrainingRow {
  const of = (figure: (summary: Summary) => number): number => median(summaries.map(figure));
  const roundMs = of(({ median_round_ms: ms }) => ms);
  return {
    name, roundMs, leastTimesFaster, peer: peer.script,
    imagesPerSecond: (BATCH * 1000) / roundMs,
    peerImagesPerSecond: peerSpeeds.length === 0 ? null : median(peerSpeeds),
    serverShare: of(({ step, median_round_ms: ms }) => (STEPS_PER_ROUND * (step.sendMs + step.waitMs)) / ms),
    wireSurplus: of(({ wire }) => (wire.bytes_sent + wire.bytes_received) / wire.least_bytes - 1),
    step: Object.fromEntries((['inputMs', 'computeMs', 'sendMs', 'waitMs', 'sumMs', 'updateMs'] as const).map((part) => [part, of(({ step }) => step[part])])),
    workerMB: of(({ resident_mb: mb }) => mb.worker),
    serverMB: of(({ resident_mb: mb }) => mb['parameter-server']),
  };
}
