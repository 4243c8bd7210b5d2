import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '@lethe/errors';
import type { Message, Origin } from './messages.js';

/** The name of one incarnation of a process: new at every start, never used again. */
export function newIncarnation(): string {
  return randomUUID();
}

/** What a receiver expects of a sender. Absent fields are not checked. */
export interface ExpectedOrigin {
  readonly runId: string;
  readonly epoch?: number;
  readonly incarnation?: string;
}

/** Why a message is refused, as fields of `Refused`. */
export interface Refusal {
  readonly code: Extract<ErrorCode, 'RUN_UNKNOWN' | 'EPOCH_STALE' | 'INCARNATION_STALE'>;
  readonly message: string;
}

/** Whether a message belongs to this run, epoch and incarnation of its sender: null if it does, else why it is refused. */
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

/** The refusal of a sender that may be anyone: it names neither the run nor a reason. The run prints the reason for its owner. */
export function refusalOfStranger(code: ErrorCode, request = 0): Message {
  return { origin: NOBODY, body: { kind: 'refused', code, message: `not taken (${code}); whoever started the run can see why`, request } };
}
