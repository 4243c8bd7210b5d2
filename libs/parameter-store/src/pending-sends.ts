import { errorCode } from '@lethe/errors';

/** Messages that are being sent. Handlers never wait for them; a process does before it ends. */
export class PendingSends {
  readonly #underway = new Set<Promise<void>>();
  readonly #onLost: (error: unknown) => void;

  /** @param onLost called with the error of a message that must arrive and cannot */
  constructor(onLost: (error: unknown) => void) {
    this.#onLost = onLost;
  }

  /** Adds a message that must arrive. */
  send(sent: Promise<void>): void {
    this.#track(sent.catch((error: unknown) => { this.#onLost(error); }));
  }

  /** Adds a message to a receiver that may be gone or may have stopped reading, both of which the coordinator notices. */
  sendIfPresent(sent: Promise<void>): void {
    this.#track(sent.catch((error: unknown) => {
      const code = errorCode(error);
      if (code !== 'PEER_UNKNOWN' && code !== 'QUEUE_FULL') this.#onLost(error);
    }));
  }

  /** Waits until every message so far is handed over or lost. */
  async settled(): Promise<void> {
    await Promise.all(this.#underway);
  }

  #track(sending: Promise<void>): void {
    this.#underway.add(sending);
    void sending.finally(() => this.#underway.delete(sending));
  }
}
