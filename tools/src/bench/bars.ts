import type { ScaleRow } from './scale/measure-scale.js';
import type { StartRow } from './measure-start.js';
import type { TrainingRow } from './measure-training.js';

/** A figure and the bar that it should reach. */
export interface Bar {
  readonly what: string;
  readonly found: number;
  /** Least or greatest value that it should have. */
  readonly bar: number;
  readonly better: 'higher' | 'lower';
  readonly unit: string;
}

const LEAST_OF_ECHO = 0.6;
/** Cores of a parameter server: one thread computes, another one is ZeroMQ's. */
export const CORES_OF_SERVER = 2;
const MOST_WIRE_SURPLUS = 1;
const MOST_START_SECONDS = 5;
/** Heartbeats and timers of four processes. */
const MOST_IDLE_PERCENT = 2;
const MOST_WORKER_MB = 1000;

export function trainingBars(rows: readonly TrainingRow[], serverBoundMB: number): Bar[] {
  const speeds = rows.flatMap(({ name, peers, imagesPerSecond }) =>
    peers.map((peer): Bar => ({
      what: `${name}: times as fast as ${peer.name}`,
      found: imagesPerSecond / peer.imagesPerSecond,
      bar: peer.leastTimesFaster,
      better: 'higher',
      unit: 'x',
    })),
  );
  if (rows.length === 0) return speeds;
  const most = (figure: (row: TrainingRow) => number): number => rows.reduce((largest, row) => Math.max(largest, figure(row)), 0);
  return [
    ...speeds,
    ...rows.flatMap(({ name, serverShare, mostServerShare }): Bar[] => (mostServerShare === null ? [] : [
      { what: `${name}: server's share of a round`, found: 100 * serverShare, bar: 100 * mostServerShare, better: 'lower', unit: '%' },
    ])),
    {
      what: 'bytes on the wire above the least',
      found: 100 * most(({ wireSurplus }) => wireSurplus),
      bar: MOST_WIRE_SURPLUS,
      better: 'lower',
      unit: '%',
    },
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

/**
 * Bars of the cases with most workers and bytes, one for each number of servers that the machine has the cores for, and of the case
 * whose server takes most of its bound of memory.
 */
export function scaleBars(rows: readonly ScaleRow[], cores: number): Bar[] {
  const most = rows.reduce((largest, { workers, megabytes }) => Math.max(largest, workers * megabytes), 0);
  const largest = rows.filter(
    ({ workers, megabytes, servers }) => workers * megabytes === most && (servers === 1 || servers * CORES_OF_SERVER <= cores),
  );
  const [fullest] = [...rows].sort((a, b) => b.residentMB / b.boundMB - a.residentMB / a.boundMB);
  return [
    ...largest.map((row): Bar => ({
      what: `${placeOf(row)}: of what ${row.servers === 1 ? 'an echo moves' : 'as many echoes move'}`,
      found: row.servedMBs / row.echoedMBs,
      bar: LEAST_OF_ECHO,
      better: 'higher',
      unit: 'x',
    })),
    ...(fullest === undefined
      ? []
      : [
          {
            what: `${placeOf(fullest)}: memory of the server, the worst of all cases`,
            found: fullest.residentMB,
            bar: fullest.boundMB,
            better: 'lower',
            unit: 'MB',
          } as const,
        ]),
  ];
}

function placeOf({ workers, servers, megabytes }: ScaleRow): string {
  return `${workers} workers, ${servers === 1 ? '' : `${servers} servers, `}${megabytes} MB`;
}

export function isReached({ found, bar, better }: Bar): boolean {
  return better === 'higher' ? found >= bar : found <= bar;
}
