import { encodeMessage, type Heartbeat, type Origin } from '@lethe/protocol';
import type { Connection } from '@lethe/transport';

/** What a process does, as its heartbeats say it. */
export type Activity = Omit<Heartbeat, 'kind' | 'residentBytes'>;

/** What a worker's heartbeats say, and how often they are sent. */
export interface WorkerStatus {
  readonly origin: Origin;
  readonly activity: Activity;
  readonly intervalMs: number;
  /** The worker is an orphan when the coordinator has been silent for longer. */
  readonly silenceMs: number;
}

/** Sends a process's heartbeats to the coordinator. */
export interface HeartbeatSender {
  /** The status of the heartbeats from now on. */
  update(status: WorkerStatus): void;
  stop(): Promise<void>;
}

/**
 * Starts a process's heartbeats. `onOrphaned` is called when the coordinator has been silent for too long, `onFailed` when heartbeats
 * cannot be sent any more.
 */
export type OpenHeartbeat = (status: WorkerStatus, onOrphaned: () => void, onFailed: (error: Error) => void) => HeartbeatSender;

/** What the name of a heartbeats' connection ends with. */
export const HEARTBEAT_SUFFIX = '~heartbeat';

/** The name of the connection of a process's heartbeats: its own, as training blocks the process's other connections for whole steps. */
export function heartbeatIdentity(incarnation: string): string {
  return `${incarnation}${HEARTBEAT_SUFFIX}`;
}

/**
 * Sends heartbeats over a connection of their own, whose answers show that the coordinator lives.
 *
 * @param read gives the status at the time of a heartbeat
 * @returns what stops the heartbeats
 */
export function sendHeartbeats(connection: Connection, read: () => WorkerStatus, onOrphaned: () => void): () => Promise<void> {
  let heardMs: number | null = null;
  const beat = (): void => {
    const { origin, activity, intervalMs, silenceMs } = read();
    timer = setTimeout(beat, intervalMs);
    if (heardMs !== null && performance.now() - heardMs > silenceMs) onOrphaned();
    const heartbeat: Heartbeat = { kind: 'heartbeat', ...activity, residentBytes: process.memoryUsage.rss() };
    connection.send(encodeMessage({ origin, body: heartbeat })).catch(() => undefined);
  };
  const listen = async (): Promise<void> => {
    for await (const _answer of connection.messages) heardMs = performance.now();
  };
  // A coordinator that refuses the keys refuses the session too, which reports it.
  listen().catch(() => undefined);
  let timer = setTimeout(beat, read().intervalMs);
  return async () => {
    clearTimeout(timer);
    await connection.close();
  };
}
