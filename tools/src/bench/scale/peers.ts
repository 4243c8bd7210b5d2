import type { SyntheticRun } from './synthetic-run.js';

/** Messages that ZeroMQ holds for each peer and side, as in the servers' own sockets. */
export const PIPE_MESSAGES = 64;

/** What the process with the simulated workers is told. */
export interface PeersOrder {
  readonly what: 'servers' | 'echo';
  readonly addresses: readonly string[];
  readonly run: SyntheticRun;
  readonly workers: number;
  /** Not measured. */
  readonly warmupRounds: number;
  readonly rounds: number;
}

/** What it answers. */
export interface PeersAnswer {
  /** For the rounds that are measured. */
  readonly seconds: number;
}
