/** Asks a running `lethe train` for a checkpoint after the round under way. */
export const CHECKPOINT_SIGNAL = 'SIGUSR2';

/** Hears who asks this process for a checkpoint. One that is asked before the first round makes it after that. */
export class CheckpointRequests {
  #isAsked = false;

  /** For the rest of this process: the signal ends a process that does not hear it. */
  constructor() {
    process.on(CHECKPOINT_SIGNAL, () => { this.#isAsked = true; });
  }

  /** Whether there was a request since the last call. */
  take(): boolean {
    const wasAsked = this.#isAsked;
    this.#isAsked = false;
    return wasAsked;
  }
}
