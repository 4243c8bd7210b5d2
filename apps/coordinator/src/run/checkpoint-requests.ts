/** Asks a running `lethe train` for a checkpoint after the round under way. */
export const CHECKPOINT_SIGNAL = 'SIGUSR2';

/** Hears who asks this process for a checkpoint. */
export class CheckpointRequests {
  #isAsked = false;
  readonly #onSignal = (): void => { this.#isAsked = true; };

  constructor() {
    process.on(CHECKPOINT_SIGNAL, this.#onSignal);
  }

  /** Whether there was a request since the last call. */
  take(): boolean {
    const wasAsked = this.#isAsked;
    this.#isAsked = false;
    return wasAsked;
  }

  dispose(): void {
    process.off(CHECKPOINT_SIGNAL, this.#onSignal);
  }
}
