import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ProcessFault } from './process-fault.js';

/** How many of each. */
export interface FaultCounts {
  readonly workerKills: number;
  readonly serverKills: number;
  readonly coordinatorKills: number;
  /** Stops, pauses, connections that are cut or parted, full disks, and messages that are lost, doubled or corrupted. */
  readonly others: number;
}

/** States of a step that a worker or server can die in. */
const WORKER_STATES = [
  ['pull', 'kill before'], ['push', 'kill before'], ['push', 'kill after'], ['stepReport', 'kill before'], ['stepReport', 'kill after'],
] as const;
const SERVER_STATES = [
  ['parameters', 'kill before'], ['committed', 'kill before'], ['committed', 'kill after'], ['stateCaptured', 'kill before'],
  ['parameters', 'kill after'],
] as const;
const COORDINATOR_STATES = [['stepAssignment', 'kill before'], ['stepAssignment', 'kill after']] as const;
const OTHERS = [
  ['worker', 'push', 'stop'], ['worker', 'push', 'slow'], ['worker', 'push', 'lose'], ['worker', 'push', 'double'],
  ['worker', 'push', 'corrupt'], ['worker', 'pull', 'lose'],
  ['parameter-server', 'parameters', 'lose'], ['parameter-server', 'parameters', 'slow'], ['parameter-server', 'parameters', 'stop'],
  ['worker', 'push', 'cut'], ['worker', 'pull', 'part'], ['coordinator', 'stepAssignment', 'fill'],
] as const;

/** Long enough for the run to notice. */
const LONG: ReadonlySet<ProcessFault['what']> = new Set(['stop', 'cut', 'part', 'fill']);

/** Faults in random order, spread over the rounds of a run; the same for the same seed. */
export function drawFaults(seed: number, rounds: number, counts: FaultCounts): ProcessFault[] {
  const generator = xoroshiro128plus(seed);
  const below = (count: number): number => uniformInt(generator, 0, count - 1);
  const place = (index: number, count: number): number => {
    const first = Math.floor((index * (rounds - 2)) / Math.max(1, count));
    return Math.min(rounds - 2, first + below(Math.max(1, Math.floor(rounds / Math.max(1, count)))));
  };
  const draw = <State>(states: readonly State[]): State => states[below(states.length)] as State;
  type States = readonly (readonly [ProcessFault['kind'], ProcessFault['what']])[];
  const kills = (role: ProcessFault['role'], states: States, count: number): ProcessFault[] =>
    Array.from({ length: count }, (_, index) => {
      const [kind, what] = index < states.length ? states[index] as (typeof states)[number] : draw(states);
      return { id: `${role}-kill-${index + 1}`, role, kind, what, fromRound: place(index, count), ms: 0 };
    });
  const others = Array.from({ length: counts.others }, (_, index): ProcessFault => {
    const [role, kind, what] = index < OTHERS.length ? OTHERS[index] as (typeof OTHERS)[number] : draw(OTHERS);
    const fromRound = place(index, counts.others);
    return { id: `${what}-${index + 1}`, role, kind, what, fromRound, ms: LONG.has(what) ? 500 + below(2500) : 100 + below(900) };
  });
  return [
    ...kills('worker', WORKER_STATES, counts.workerKills), ...kills('parameter-server', SERVER_STATES, counts.serverKills),
    ...kills('coordinator', COORDINATOR_STATES, counts.coordinatorKills), ...others,
  ];
}
