import type { SyntheticRun } from './synthetic-run.js';

/**
 * Of the echo's sockets: no fewer messages than the servers' own hold, and their buffers for one machine. What it sends has no
 * limit but the round that is on its way: a ROUTER drops what is above one.
 */
export const ECHO_SOCKET = {
  sendHighWaterMark: 0,
  receiveHighWaterMark: 64,
  sendBufferSize: 2 * 2 ** 20,
  receiveBufferSize: 2 * 2 ** 20,
} as const;

/** What a process with simulated workers is told. */
export interface PeersOrder {
  readonly what: 'servers' | 'echo';
  readonly addresses: readonly string[];
  readonly run: SyntheticRun;
  /** In all such processes together. */
  readonly workers: number;
  /** Which of the workers are in this process: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Not measured. */
  readonly warmupRounds: number;
  readonly rounds: number;
}

/** What it says: that it is connected, and waits for an answer; then when the measured rounds began and ended, in Unix milliseconds. */
export type PeersWord = { readonly kind: 'connected' } | { readonly kind: 'played'; readonly beganMs: number; readonly endedMs: number };
