import type { LetheError } from '@lethe/errors';
import { interruptionOf } from './expect-going-on.js';
import type { Interruptible, RunInterruption } from './play-run.js';

/**
 * How far a run is, which decides what an end would lose: `preparing` reads the data and checks everything, `starting` starts processes,
 * `training` plays rounds, `measuring` measures what was reached (all of the training is saved by then), `closing` ends the processes,
 * `over`: they have ended.
 */
export type RunStage = 'preparing' | 'starting' | 'training' | 'measuring' | 'closing' | 'over';

/** Ends a run where a signal asks for it: after the round under way as long as it trains, else at once. It can be killed at any time. */
export class RunControl implements RunInterruption {
  readonly #orderly = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onStage: (stage: RunStage) => void;
  #stage: RunStage = 'preparing';
  #running: Interruptible | null = null;
  /** Why everything has to end, once it has. */
  #end: LetheError | null = null;
  #isCheckpointAsked = false;

  /** @param signal asks for an orderly end */
  constructor(signal: AbortSignal | undefined, onStage: (stage: RunStage) => void) {
    this.#outer = signal;
    this.#onStage = onStage;
    if (signal?.aborted === true) this.#stop();
    signal?.addEventListener('abort', this.#stop);
  }

  get stage(): RunStage {
    return this.#stage;
  }

  get signal(): AbortSignal {
    return this.#orderly.signal;
  }

  /** Everything is checked: nothing refuses the run any more. */
  startingBegins(): void {
    this.#begin('starting');
  }

  started(running: Interruptible): void {
    this.#running = running;
    if (this.#end !== null) this.#endNow(this.#end);
  }

  trainingBegins(): void {
    this.#begin('training');
  }

  measuringBegins(): void {
    this.#begin('measuring');
    if (this.#orderly.signal.aborted) this.#endNow(interruptionOf(this.#orderly.signal));
  }

  closingBegins(): void {
    this.#begin('closing');
  }

  /** Nothing is left to end. */
  over(): void {
    this.#outer?.removeEventListener('abort', this.#stop);
    this.#begin('over');
  }

  /** Asks for a checkpoint after the round under way. */
  askForCheckpoint(): void {
    this.#isCheckpointAsked = true;
  }

  /** Whether somebody has asked for one since the last call. */
  takeCheckpointRequest(): boolean {
    const wasAsked = this.#isCheckpointAsked;
    this.#isCheckpointAsked = false;
    return wasAsked;
  }

  /** Ends all processes of the run at once. What the round under way computed is lost. */
  kill(reason: LetheError): void {
    this.#orderly.abort(reason);
    this.#endNow(reason);
  }

  readonly #stop = (): void => {
    this.#orderly.abort(interruptionOf(this.#outer));
    // What trains saves a checkpoint first; what closes ends anyway.
    if (this.#stage !== 'training' && this.#stage !== 'closing') this.#endNow(interruptionOf(this.#orderly.signal));
  };

  #begin(stage: RunStage): void {
    this.#stage = stage;
    this.#onStage(stage);
  }

  #endNow(error: LetheError): void {
    this.#end ??= error;
    this.#running?.control.fail(this.#end);
    this.#running?.kill();
  }
}
