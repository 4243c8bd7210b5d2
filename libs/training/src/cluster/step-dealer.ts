import { assignShards, type ControlPlane, type Member } from '@lethe/membership';
import type { Step } from '@lethe/protocol';
import type { RunDescription } from '../run-description.js';
import { ProgressDeadline } from './progress-deadline.js';
import { StepLedger, type StepOrder } from './step-ledger.js';

/** However fast steps are, a worker may pause for so many heartbeats before others compute its part. */
const LEAST_PATIENCE_HEARTBEATS = 5;

/**
 * Deals the steps that are not in the weights yet to the workers at hand, and anew when these change, which changes no bit; knows
 * who is awaited, and for how long that is normal.
 */
export class StepDealer {
  readonly #control: ControlPlane;
  readonly #description: RunDescription;
  readonly #ledger = new StepLedger();
  readonly #deadline: ProgressDeadline;
  #deal = 1;

  constructor(control: ControlPlane, description: RunDescription) {
    const { heartbeatSeconds, stallSeconds } = description.config.cluster;
    this.#control = control;
    this.#description = description;
    this.#deadline = new ProgressDeadline({ leastMs: LEAST_PATIENCE_HEARTBEATS * heartbeatSeconds * 1000, mostMs: stallSeconds * 1000 });
  }

  /** Steps that are not in the weights yet. */
  get size(): number {
    return this.#ledger.size;
  }

  get orders(): readonly StepOrder[] {
    return this.#ledger.orders;
  }

  /** Whether a step has been committed so far. */
  get hasLearned(): boolean {
    return this.#deadline.hasLearned;
  }

  /** Workers at hand who have not said yet that they did their part of the oldest step. */
  get awaited(): Member[] {
    return this.#control.roster.atHand().filter(({ incarnation }) => this.#ledger.awaited.has(incarnation));
  }

  /** The step that everything waits for, in words; null if there is none. */
  get where(): string | null {
    const step = this.#ledger.oldest;
    return step === null ? null : `round ${step.round + 1}, phase ${this.#phaseName(step)}, turn ${step.turn + 1}`;
  }

  async deal(order: StepOrder): Promise<void> {
    this.#ledger.open(order);
    this.#deadline.opened(performance.now());
    await this.#hand([order], 0);
  }

  /** Everything that is not in the weights yet is computed by those at hand now; what they have of it already counts. */
  async dealAnew(): Promise<void> {
    await this.#dealAgain(0);
  }

  /** The same, but nobody has the part that it had in the last deal: whatever was lost on the way of one worker is sent by another. */
  async dealElsewhere(): Promise<void> {
    await this.#dealAgain(this.#deal);
  }

  reported(step: Step, worker: string): void {
    this.#ledger.reported(step, worker);
  }

  /** A step is in the weights; false if that was known. */
  committed(step: Step): boolean {
    if (!this.#ledger.close(step)) return false;
    this.#deadline.committed(performance.now(), this.#ledger.size);
    return true;
  }

  /** Nobody could have got on until now. */
  wait(nowMs: number): void {
    this.#deadline.wait(nowMs);
  }

  /** Nothing is expected of anybody any more; the orders are remembered. */
  stopWaiting(): void {
    this.#deadline.clear();
  }

  /** Forgets the orders too. */
  clear(): void {
    this.#ledger.clear();
    this.#deadline.clear();
  }

  /** Whether the last deal has had its time. */
  isLate(nowMs: number): boolean {
    return this.#deadline.isLate(nowMs);
  }

  /** Whether no deal has helped. */
  isStuck(nowMs: number): boolean {
    return this.#deadline.isStuck(nowMs);
  }

  async #dealAgain(turned: number): Promise<void> {
    if (this.#ledger.size === 0) return;
    this.#deal += 1;
    this.#deadline.dealt(performance.now());
    await this.#hand(this.#ledger.orders, turned);
  }

  /** In order, the workers turned by so many places. With none at hand the steps wait for the next that comes. */
  async #hand(orders: readonly StepOrder[], turned: number): Promise<void> {
    const workers = this.#control.roster.atHand();
    const deals = assignShards(this.#description.config.shards, workers.length);
    // All at once: whatever happens meanwhile finds every lease sent or none.
    await Promise.all(orders.flatMap((order) => {
      const dealt = deals.flatMap((blocks, index) => {
        const worker = workers[(index + turned) % workers.length];
        return worker === undefined || blocks.length === 0 ? [] : [{ worker, blocks }];
      });
      this.#ledger.dealt(order, dealt.map(({ worker }) => worker.incarnation));
      for (const { worker } of dealt) worker.activity = `in round ${order.round + 1}, phase ${this.#phaseName(order)}`;
      return dealt.map(({ worker, blocks }) => this.#control.send(worker, { kind: 'lease', ...order, blocks, deal: this.#deal }));
    }));
  }

  #phaseName({ phase }: Step): string {
    return this.#description.objective.phases[phase]?.name ?? String(phase);
  }
}
