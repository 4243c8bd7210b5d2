import type { ScaleRow } from './scale/measure-scale.js';
import type { StartRow } from './measure-start.js';
import type { TrainingRow } from './measure-training.js';

/** A figure beside what it should reach. */
export interface Bar {
  readonly what: string;
  readonly found: number;
  /** What it should be at least, or at most. */
  readonly bar: number;
  readonly better: 'higher' | 'lower';
  readonly unit: string;
}

const LEAST_OF_ECHO = 0.6;
const MOST_SERVER_SHARE = 20;
const MOST_WIRE_SURPLUS = 1;
const MOST_START_SECONDS = 5;
/** Heartbeats and timers of four processes; what does nothing should cost nothing. */
const MOST_IDLE_PERCENT = 2;
const MOST_WORKER_MB = 1000;

export function trainingBars(rows: readonly TrainingRow[], serverBoundMB: number): Bar[] {
  const speeds = rows.flatMap(({ name, peer, peerImagesPerSecond, imagesPerSecond, leastTimesFaster }): Bar[] =>
    (peerImagesPerSecond === null ? [] : [{ what: `${name}: times as fast as ${peer}`, found: imagesPerSecond / peerImagesPerSecond, bar: leastTimesFaster, better: 'higher', unit: 'x' }]));
  const [last] = rows.slice(-1);
  if (last === undefined) return speeds;
  const most = (figure: (row: TrainingRow) => number): number => Math.max(...rows.map(figure));
  return [
    ...speeds,
    { what: `${last.name}: server's share of a round`, found: 100 * last.serverShare, bar: MOST_SERVER_SHARE, better: 'lower', unit: '%' },
    { what: 'bytes on the wire above the least', found: 100 * most(({ wireSurplus }) => wireSurplus), bar: MOST_WIRE_SURPLUS, better: 'lower', unit: '%' },
    { what: 'memory of a worker', found: most(({ workerMB }) => workerMB), bar: MOST_WORKER_MB, better: 'lower', unit: 'MB' },
    { what: 'memory of the server', found: most(({ serverMB }) => serverMB), bar: serverBoundMB, better: 'lower', unit: 'MB' },
  ];
}

export function startBars({ secondsWithNx, seconds, idleShare }: StartRow): Bar[] {
  return [
    { what: 'nx run coordinator:train to the first round', found: secondsWithNx, bar: MOST_START_SECONDS, better: 'lower', unit: 's' },
    { what: 'the same without Nx', found: seconds, bar: MOST_START_SECONDS, better: 'lower', unit: 's' },
    { what: 'processor time of an idle cluster', found: 100 * idleShare, bar: MOST_IDLE_PERCENT, better: 'lower', unit: '% of a core' },
  ];
}

/** The case of most workers and bytes. */
export function scaleBars(rows: readonly ScaleRow[]): Bar[] {
  const largest = rows.filter(({ servers }) => servers === 1).sort((a, b) => b.workers * b.megabytes - a.workers * a.megabytes)[0];
  if (largest === undefined) return [];
  const [fullest = largest] = [...rows].sort((a, b) => b.residentMB / b.boundMB - a.residentMB / a.boundMB);
  return [
    { what: `${placeOf(largest)}: of what an echo moves`, found: largest.servedMBs / largest.echoedMBs, bar: LEAST_OF_ECHO, better: 'higher', unit: 'x' },
    { what: `${placeOf(fullest)}: memory of the server, the worst of all cases`, found: fullest.residentMB, bar: fullest.boundMB, better: 'lower', unit: 'MB' },
  ];
}

function placeOf({ workers, servers, megabytes }: ScaleRow): string {
  return `${workers} workers, ${servers === 1 ? '' : `${servers} servers, `}${megabytes} MB`;
}

export function isReached({ found, bar, better }: Bar): boolean {
  return better === 'higher' ? found >= bar : found <= bar;
}
