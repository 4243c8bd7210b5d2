import type { SyntheticRun } from './synthetic-run.js';

/**
 * Options of the sockets to an echo: as many messages and buffers as the sockets of a server on one machine have. The queue of sent
 * messages has no bound, since a ROUTER drops messages beyond one; there is never more in it than one round.
 */
export const ECHO_SOCKET = {
  sendHighWaterMark: 0,
  receiveHighWaterMark: 64,
  sendBufferSize: 2 * 2 ** 20,
  receiveBufferSize: 2 * 2 ** 20,
} as const;

/** The argument of a process with simulated workers. */
export interface WorkersOrder {
  readonly what: 'servers' | 'echo';
  readonly addresses: readonly string[];
  readonly run: SyntheticRun;
  /** Number of workers in all such processes together. */
  readonly workers: number;
  /** Which of the workers are in this process: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Rounds before the measured ones. */
  readonly warmupRounds: number;
  readonly rounds: number;
}

/**
 * What such a process sends: that it is connected, after which it waits for an answer; then when the measured rounds began and ended, in
 * Unix milliseconds.
 */
export type WorkersMessage =
  { readonly kind: 'connected' } | { readonly kind: 'played'; readonly beganMs: number; readonly endedMs: number };
