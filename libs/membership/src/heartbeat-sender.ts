import { encodeMessage, type Heartbeat, type Origin } from '@lethe/protocol';
import type { Connection } from '@lethe/transport';

/** What a process does, as its heartbeats tell it. */
export type Activity = Omit<Heartbeat, 'kind' | 'residentBytes'>;

/** What the heartbeats say and how often they come, from now on. */
export interface WorkerStatus {
  readonly origin: Origin;
  readonly activity: Activity;
  readonly intervalMs: number;
  /** Silence of the coordinator after which this process is an orphan. */
  readonly silenceMs: number;
}

/** Tells the coordinator that this process lives. */
export interface HeartbeatSender {
  tell(news: WorkerStatus): void;
  stop(): Promise<void>;
}

/** Opens the pulse of a process; `onOrphaned` is called when the coordinator has not been heard for too long, `onFailed` when it can beat no more. */
export type OpenHeartbeat = (news: WorkerStatus, onOrphaned: () => void, onFailed: (error: Error) => void) => HeartbeatSender;

/** The name of the connection that a process's heartbeats come over: its own, as training blocks the others for whole steps. */
export function heartbeatIdentity(incarnation: string): string {
  return `${incarnation}~heartbeat`;
}

/**
 * Heartbeats over a connection of their own, whose answers show that the coordinator lives. Each tells the news of that moment.
 * @returns what stops them
 */
export function beatOver(connection: Connection, read: () => WorkerStatus, onOrphaned: () => void): () => Promise<void> {
  let heardMs: number | null = null;
  const beat = (): void => {
    const { origin, activity, intervalMs, silenceMs } = read();
    timer = setTimeout(beat, intervalMs);
    if (heardMs !== null && performance.now() - heardMs > silenceMs) onOrphaned();
    connection.send(encodeMessage({ origin, body: { kind: 'heartbeat', ...activity, residentBytes: process.memoryUsage.rss() } })).catch(() => undefined);
  };
  const listen = async (): Promise<void> => {
    for await (const _answer of connection.messages) heardMs = performance.now();
  };
  // Whoever refuses our keys refuses the session too, which reports it.
  listen().catch(() => undefined);
  let timer = setTimeout(beat, read().intervalMs);
  return async () => {
    clearTimeout(timer);
    await connection.close();
  };
}
