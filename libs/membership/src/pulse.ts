import { encodeMessage, type Heartbeat, type Origin } from '@lethe/protocol';
import type { Connection } from '@lethe/transport';

/** What a process does, as its heartbeats tell it. */
export type Doing = Omit<Heartbeat, 'kind' | 'residentBytes'>;

/** What the heartbeats say and how often they come, from now on. */
export interface PulseNews {
  readonly origin: Origin;
  readonly doing: Doing;
  readonly intervalMs: number;
  /** Silence of the coordinator after which this process is an orphan. */
  readonly silenceMs: number;
}

/** Tells the coordinator that this process lives. */
export interface Pulse {
  tell(news: PulseNews): void;
  stop(): Promise<void>;
}

/** Opens the pulse of a process; `onOrphaned` is called when the coordinator has not been heard for too long, `onFailed` when it can beat no more. */
export type OpenPulse = (news: PulseNews, onOrphaned: () => void, onFailed: (error: Error) => void) => Pulse;

/** The name of the connection that a process's heartbeats come over: its own, as training blocks the others for whole steps. */
export function pulseIdentity(incarnation: string): string {
  return `${incarnation}~pulse`;
}

/**
 * Heartbeats over a connection of their own, whose answers show that the coordinator lives. Each tells the news of that moment.
 * @returns what stops them
 */
export function beatOver(connection: Connection, read: () => PulseNews, onOrphaned: () => void): () => Promise<void> {
  let heardMs: number | null = null;
  const beat = (): void => {
    const { origin, doing, intervalMs, silenceMs } = read();
    timer = setTimeout(beat, intervalMs);
    if (heardMs !== null && performance.now() - heardMs > silenceMs) onOrphaned();
    connection.send(encodeMessage({ origin, body: { kind: 'heartbeat', ...doing, residentBytes: process.memoryUsage.rss() } })).catch(() => undefined);
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
