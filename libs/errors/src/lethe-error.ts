/**
 * Every expected failure of Lethe, by a stable code. Callers branch on the code, never on the class or the message: an error crosses
 * process boundaries as code and message, without its class.
 */
export const ERROR_CODES = [
  // What the user asked for
  'CODE_INVALID',
  'CODE_MISSING',
  'CODE_REFUSED',
  'CONFIG_INVALID',
  'DATA_INVALID',
  'DATA_MISSING',
  'DATA_TOO_LARGE',
  'GAME_INVALID',
  'RUN_EXISTS',
  'RUN_INVALID',
  'RUN_LOCKED',
  'RUN_MISSING',
  'CHECKPOINT_INVALID',
  'CHECKPOINT_MISMATCH',
  'STORAGE_FAILED',
  'DEVICE_PLAN_INVALID',
  'DEVICE_MISSING',
  // The engine and its graphs
  'ENGINE_SETUP_FAILED',
  'ENGINE_UNSUPPORTED_PLATFORM',
  'ENGINE_MISSING',
  'GRAPH_INPUT_MISMATCH',
  'TRACE_FOREIGN_TENSOR',
  'TRACE_RANDOMNESS',
  'TRACE_VALUE_READ',
  // The wire
  'ADDRESS_INVALID',
  'ADDRESS_INSECURE',
  'CONNECTION_CLOSED',
  'DEADLINE_EXCEEDED',
  'MESSAGE_MALFORMED',
  'PEER_UNAUTHORISED',
  'PEER_UNKNOWN',
  'PROTOCOL_MISMATCH',
  'QUEUE_FULL',
  // The cluster
  'EPOCH_STALE',
  'FINGERPRINT_MISMATCH',
  'GRADIENT_NOT_FINITE',
  'INCARNATION_STALE',
  'ASSIGNMENT_REVOKED',
  'MESSAGE_FORBIDDEN',
  'PLACEMENT_FAILED',
  'PROCESS_DIED',
  'PROCESS_STALLED',
  'PUSH_INVALID',
  'RUN_DIVERGED',
  'RUN_UNKNOWN',
  'SCHEMA_MISMATCH',
  'SERVER_LOST',
  'VERSION_UNAVAILABLE',
  'WORKERS_MISSING',
  // Asked to stop, and did
  'INTERRUPTED',
] as const;

/** What went wrong, as a stable word. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An expected failure. The message names the thing, what was expected and what was found. */
export class LetheError extends Error {
  readonly code: ErrorCode;
  /** Facts about it; of CONFIG_INVALID `problems`, one for each setting that is wrong. */
  readonly details: Readonly<Record<string, unknown>>;

  /** An error with that code and message. */
  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LetheError';
    this.code = code;
    this.details = Object.freeze({ ...options.details });
  }
}

/** The code of an expected failure; undefined for any other error (a bug, an error of the operating system). */
export function errorCode(error: unknown): ErrorCode | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return ERROR_CODES.find((code) => code === error.code);
}

/** One line: the message of the error and those of its causes. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${errorMessage(error.cause)})`;
}
