import type { LiveRun } from '@lethe/lethe';

/** Asks a running `lethe train` for a checkpoint after the round under way. */
export const CHECKPOINT_SIGNAL = 'SIGUSR2';

/** Hears who asks this process for a checkpoint. One that is asked before there is a run makes it after its first round. */
export class CheckpointRequests {
  #isAsked = false;
  #run: Pick<LiveRun, 'checkpoint'> | null = null;

  /** For the rest of this process: the signal ends a process that does not hear it. */
  constructor() {
    process.on(CHECKPOINT_SIGNAL, () => {
      this.#isAsked = true;
      this.#run?.checkpoint();
    });
  }

  /** From now on this run makes them. */
  follow(run: Pick<LiveRun, 'checkpoint'>): void {
    this.#run = run;
    if (this.#isAsked) run.checkpoint();
  }
}
