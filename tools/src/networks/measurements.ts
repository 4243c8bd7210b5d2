import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { describeCondition, type Condition } from './condition.js';
import type { Played } from './apart-run.js';
import type { FoundNetwork } from './network-check.js';

/** One condition measured once: a line of the file of measurements. */
export interface Measurement {
  readonly condition: Condition;
  /** When it ended (UTC). */
  readonly time: string;
  /** How many processes of this machine wanted to compute while it began, over the last minute. */
  readonly load: number;
  readonly rounds: number;
  readonly congestion: string;
  /** Of each worker to each server. */
  readonly connections: number;
  readonly network: FoundNetwork;
  readonly lethe: Played;
  /** The same work on this machine alone, right after. */
  readonly local: Pick<Played, 'roundMs' | 'weights' | 'step'>;
  /** Null where no Python was given. */
  readonly gloo: Pick<Played, 'roundMs' | 'retransmitted'> | null;
}

/** What was measured so far: a file that does not exist yet holds nothing. @throws Error of the file system or of a line */
export function readMeasurements(file: string): Measurement[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Measurement);
}

export function addMeasurement(file: string, measurement: Measurement): void {
  appendFileSync(file, `${JSON.stringify(measurement)}\n`);
}

/** How often a condition was measured, with as many rounds and connections, and the same congestion control. */
export function timesMeasured(
  measurements: readonly Measurement[], condition: Condition,
  { rounds, connections, congestion }: Pick<Measurement, 'rounds' | 'connections'> & { readonly congestion: string | null },
): number {
  return measurements.filter((one) => (
    describeCondition(one.condition) === describeCondition(condition) && one.rounds === rounds && one.connections === connections
      && (congestion === null || one.congestion === congestion)
  )).length;
}
