import { LetheError } from '@lethe/errors';
import type { ControlPlane } from '@lethe/membership';
import type { Committed, GroupState, GroupVersion } from '@lethe/protocol';
import { positionAfter, type GamePosition } from './adversarial-loop.js';
import type { RunDescription } from '@lethe/graphs';
import type { EvaluationDesk } from './evaluation-desk.js';
import type { ServerStates } from './server-states.js';
import type { StepDealer } from './step-dealer.js';

export interface AbandonmentOptions {
  readonly control: ControlPlane;
  readonly description: Pick<RunDescription, 'layouts' | 'objective'>;
  readonly states: ServerStates;
  readonly dealer: StepDealer;
  readonly desk: EvaluationDesk;
  /** What was committed last since the servers began with a state. */
  readonly lastCommitted: () => Committed | null;
  /** The version that a group has once everything that was handed out is in the weights. */
  readonly versionOf: (group: string) => GroupVersion;
}

/** What interrupts a capture of versions that are past. */
const PAST = new LetheError('VERSION_UNAVAILABLE', 'another version was completed while the state was captured');

/** The end of a game for want of workers, of which what is in the weights is to be saved. */
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

  /** Ends the game with this error. The orders are kept: what the last workers had sent may still complete some of them. */
  begin(error: LetheError): void {
    const { control, dealer, desk } = this.#options;
    this.#hasBegun = true;
    dealer.stopWaiting();
    for (const worker of control.roster.present('worker')) control.lose(worker, error);
    control.interrupt(error);
    desk.clear(error);
  }

  /** The servers begin with another state, and the game goes on from there. */
  revoke(): void {
    this.#hasBegun = false;
  }

  /** A version was completed: what is captured is asked for anew, of the versions that the servers have now. */
  committed(): void {
    if (this.#isCapturing) this.#options.control.interrupt(PAST);
  }

  /**
   * @returns where the game stands; null if it was not abandoned, or if nothing was committed since the servers began with a state
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
        return { ...positionAfter(objective, committed), groups: await states.capture(this.#versions()) };
      } catch (error) {
        if (error !== PAST) throw error;
      } finally {
        this.#isCapturing = false;
      }
    }
  }

  /** Of every group, without the orders that are not in the weights. */
  #versions(): GroupVersion[] {
    const { description: { layouts, objective }, dealer, versionOf } = this.#options;
    const open = dealer.orders.map(({ phase }) => objective.phases[phase]?.trains);
    return layouts.map(({ name }) => ({ group: name, version: versionOf(name).version - open.filter((group) => group === name).length }));
  }
}
