import { LetheError } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import type { ControlPlane } from '@lethe/membership';
import type { Committed, GroupState, GroupVersion } from '@lethe/protocol';
import { positionAfter, type GamePosition } from './adversarial-loop.js';
import type { EvaluationScheduler } from './evaluation-scheduler.js';
import type { StateTransfer } from './state-transfer.js';
import type { StepScheduler } from './step-scheduler.js';

export interface AbandonmentOptions {
  readonly control: ControlPlane;
  readonly description: Pick<RunDescription, 'layouts' | 'objective'>;
  readonly states: StateTransfer;
  readonly steps: StepScheduler;
  readonly evaluations: EvaluationScheduler;
  /** The last commit since a state was loaded into the servers. */
  readonly lastCommitted: () => Committed | null;
  /** The version that a group has once all scheduled steps are committed. */
  readonly versionOf: (group: string) => GroupVersion;
}

/** Interrupts a capture when the servers have gone past the versions that it asks for. */
const SUPERSEDED = new LetheError('VERSION_UNAVAILABLE', 'another version was completed while the state was captured');

/** The end of a game for want of workers: what is committed is still to be saved. */
export class Abandonment {
  readonly #options: AbandonmentOptions;
  #hasBegun = false;
  #isCapturing = false;

  constructor(options: AbandonmentOptions) {
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /**
   * Ends the game with this error; workers that come later are too late. The open steps are kept: what the last workers had sent may still
   * complete some of them.
   */
  begin(error: LetheError): void {
    const { control, steps, evaluations } = this.#options;
    this.#hasBegun = true;
    steps.deadline.clear();
    for (const worker of control.roster.present('worker')) control.lose(worker, error);
    control.interrupt(error);
    evaluations.clear(error);
  }

  /** A state was loaded into the servers, and the game goes on from there. */
  revoke(): void {
    this.#hasBegun = false;
  }

  /** A version was committed: a capture under way is repeated with the versions that the servers have now. */
  committed(): void {
    if (this.#isCapturing) this.#options.control.interrupt(SUPERSEDED);
  }

  /**
   * @returns the position and the state of the game; null if it was not abandoned, or nothing was committed since a state was loaded
   * @throws LetheError SERVER_LOST, or whatever else ends the run
   */
  async capture(): Promise<(GamePosition & { readonly groups: GroupState[] }) | null> {
    const { control, states, description: { objective }, lastCommitted } = this.#options;
    for (;;) {
      const committed = lastCommitted();
      if (committed === null || !this.#hasBegun) return null;
      control.resume();
      this.#isCapturing = true;
      try {
        return { ...positionAfter(objective, committed), groups: await states.capture(this.#committedVersions()) };
      } catch (error) {
        if (error !== SUPERSEDED) throw error;
      } finally {
        this.#isCapturing = false;
      }
    }
  }

  #committedVersions(): GroupVersion[] {
    const { description: { layouts, objective }, steps, versionOf } = this.#options;
    const open = steps.steps.map(({ phase }) => objective.phases[phase]?.trains);
    return layouts.map(({ name }) => ({ group: name, version: versionOf(name).version - open.filter((group) => group === name).length }));
  }
}
