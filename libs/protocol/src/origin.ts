import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '@lethe/errors';
import type { Message, Origin } from './messages.js';

/** The name of one life of a process: new at every start, never used again. */
export function newIncarnation(): string {
  return randomUUID();
}

/** What a receiver knows about a sender; what is absent is not checked. */
export interface ExpectedOrigin {
  readonly runId: string;
  readonly epoch?: number;
  readonly incarnation?: string;
}

/** A typed "no", ready to be sent as the body of Refused. */
export interface Refusal {
  readonly code: Extract<ErrorCode, 'RUN_UNKNOWN' | 'EPOCH_STALE' | 'INCARNATION_STALE'>;
  readonly message: string;
}

/** Whether a message belongs to this run, epoch and life of its sender: null if it does, else why it is refused. */
export function checkOrigin(origin: Origin, expected: ExpectedOrigin): Refusal | null {
  const { runId, epoch, sender, incarnation } = origin;
  if (runId !== expected.runId) {
    return { code: 'RUN_UNKNOWN', message: `"${sender}" speaks of run "${runId}", which is another one` };
  }
  if (expected.incarnation !== undefined && incarnation !== expected.incarnation) {
    const message = `"${sender}" speaks as incarnation "${incarnation}", expected "${expected.incarnation}"`;
    return { code: 'INCARNATION_STALE', message };
  }
  if (expected.epoch !== undefined && epoch !== expected.epoch) {
    return { code: 'EPOCH_STALE', message: `"${sender}" speaks in epoch ${epoch}, expected ${expected.epoch}` };
  }
  return null;
}

/** Names no run and nobody. */
export const NOBODY: Origin = { runId: '', epoch: 0, sender: '', incarnation: '' };

/** All that somebody is told who may be anyone: neither what the run is called nor how it computes. Its owner is told the rest. */
export function refusalOfStranger(code: ErrorCode, request = 0): Message {
  return { origin: NOBODY, body: { kind: 'refused', code, message: `not taken (${code}); whoever started the run can see why`, request } };
}
