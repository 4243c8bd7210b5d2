import { errorCode } from '@lethe/errors';

/** Messages on their way. Handlers never wait for them, the end of a process does. */
export class PendingSends {
  readonly #underway = new Set<Promise<void>>();
  readonly #onLost: (error: unknown) => void;

  /** @param onLost told of messages that had to arrive and cannot. */
  constructor(onLost: (error: unknown) => void) {
    this.#onLost = onLost;
  }

  /** Keeps track of a message that must arrive. */
  send(sent: Promise<void>): void {
    this.#track(sent.catch((error: unknown) => { this.#onLost(error); }));
  }

  /** Keeps track of a message to someone who may be gone, or may have stopped reading: both are noticed by the coordinator. */
  sendIfPresent(sent: Promise<void>): void {
    this.#track(sent.catch((error: unknown) => {
      const code = errorCode(error);
      if (code !== 'PEER_UNKNOWN' && code !== 'QUEUE_FULL') this.#onLost(error);
    }));
  }

  /** Waits until everything sent so far is handed over or lost. */
  async settled(): Promise<void> {
    await Promise.all(this.#underway);
  }

  #track(sending: Promise<void>): void {
    this.#underway.add(sending);
    void sending.finally(() => this.#underway.delete(sending));
  }
}
