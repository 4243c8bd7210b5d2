import { LetheError } from '@lethe/errors';
import { assignShards, type ControlPlane, type Member } from '@lethe/membership';
import { describeStep, isSameStep, type GroupVersion, type TreeNode, type Step } from '@lethe/protocol';
import type { RunDescription } from '@lethe/graphs';
import { overlap } from './overlap.js';
import { ProgressDeadline } from './progress-deadline.js';
import type { TimeLimits } from './usual-time.js';
import { StepLedger, type StepOrder } from './step-ledger.js';

/** Part of a step of which a worker sent what is no gradient. */
export interface Refused {
  readonly worker: string;
  readonly node: TreeNode;
}

/**
 * Deals the steps that are not in the weights yet to the workers at hand, and anew when these change, which changes no bit; knows
 * who is awaited, and for how long that is normal.
 */
export class StepDealer {
  readonly #control: ControlPlane;
  readonly #description: RunDescription;
  readonly #ledger = new StepLedger();
  readonly #deadline: ProgressDeadline;
  readonly #limits: TimeLimits;
  /** Since when each late worker was not tried again, and how long that is to be. */
  readonly #untried = new Map<Member, { sinceMs: number; waitMs: number }>();
  #generation = 1;
  /** When the lead was last heard of a step, or asked. */
  #heardMs = 0;

  constructor(control: ControlPlane, description: RunDescription, limits: TimeLimits) {
    this.#control = control;
    this.#description = description;
    this.#limits = limits;
    this.#deadline = new ProgressDeadline(limits);
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

  /** The number of the deal that was made last. */
  get lastGeneration(): number {
    return this.#generation;
  }

  /** Workers at hand who have not said yet that they did their part of the oldest step. */
  get awaited(): Member[] {
    return this.#control.roster.atHand().filter(({ incarnation }) => this.#ledger.awaited.has(incarnation));
  }

  /** The step that everything waits for, in words; null if there is none. */
  get where(): string | null {
    const step = this.#ledger.oldest;
    return step === null ? null : this.#describe(step);
  }

  async generation(order: StepOrder): Promise<void> {
    const nowMs = performance.now();
    if (this.#ledger.size === 0) this.#heardMs = nowMs;
    this.#ledger.open(order);
    this.#deadline.opened(nowMs);
    await this.#hand([order], this.#control.roster.atHand());
  }

  /** Everything that is not in the weights yet is computed by those at hand now; what they have of it already counts. */
  async dealAnew(): Promise<void> {
    await this.#dealAgain(this.#control.roster.atHand());
  }

  /** The same, but nobody has the part that it had in the last deal: whatever was lost on the way of one worker is sent by another. */
  async dealElsewhere(): Promise<void> {
    await this.#dealAgain(turned(this.#control.roster.atHand(), this.#generation));
  }

  /** The same, but by those of whom nothing was refused; if there is nobody else, by whoever has least of what was refused of it. */
  async dealWithout(refused: readonly Refused[]): Promise<void> {
    const atHand = this.#control.roster.atHand();
    const others = atHand.filter(({ incarnation }) => !refused.some(({ worker }) => worker === incarnation));
    const conflicts = (workers: readonly Member[]): number => this.#parts(workers).filter(({ worker, nodes }) => refused.some((part) => part.worker === worker.incarnation && nodes.some((node) => overlap(node, part.node)))).length;
    const orders = atHand.map((_, places) => turned(atHand, places)).sort((a, b) => conflicts(a) - conflicts(b));
    await this.#dealAgain(others.length > 0 ? others : orders[0] ?? []);
  }

  /** @throws LetheError MESSAGE_FORBIDDEN for a report of what the worker was not dealt */
  checkReport(step: Step, { incarnation }: Member): void {
    if (this.#isStep(step) && this.#ledger.wasDealt(step, incarnation)) return;
    throw new LetheError('MESSAGE_FORBIDDEN', `it reported a step that it was not dealt: ${this.#describe(step)}`);
  }

  /**
   * @returns whether the step is not in the weights yet
   * @throws LetheError MESSAGE_FORBIDDEN for a commit of what was never handed out
   */
  checkCommit({ group, version, round, phase, innerStep }: Step & GroupVersion): boolean {
    const step = { round, phase, innerStep };
    const order = this.#ledger.orderOf(step);
    const isRight = order === null ? this.#isStep(step) && this.#ledger.wasOpened(step) : order.produces === version && this.#description.objective.phases[phase]?.trains === group;
    if (!isRight) throw new LetheError('MESSAGE_FORBIDDEN', `it told of version ${version} of ${group}, made by ${this.#describe(step)}, which nobody asked for`);
    return order !== null;
  }

  /** Whether the step was handed out and is not in the weights yet. */
  isOpen(step: Step): boolean {
    return this.#ledger.orderOf(step) !== null;
  }

  /**
   * A late worker is given a part now and then that others compute too, later and later: that its last one, or its word about it,
   * was lost must not keep it from work for good. Whatever it says makes it one of those at hand.
   */
  async tryLateAgain(nowMs: number): Promise<void> {
    const [order] = this.#ledger.orders;
    if (order === undefined) return;
    const late = this.#control.roster.ready('worker').filter(({ absence }) => absence === 'late');
    for (const member of [...this.#untried.keys()]) if (!late.includes(member)) this.#untried.delete(member);
    await Promise.all(late.map(async (worker) => {
      const untried = this.#untried.get(worker) ?? { sinceMs: nowMs, waitMs: this.#deadline.limitMs };
      this.#untried.set(worker, untried);
      if (nowMs - untried.sinceMs < untried.waitMs) return;
      this.#untried.set(worker, { sinceMs: nowMs, waitMs: Math.min(this.#limits.mostMs, 2 * untried.waitMs) });
      this.#ledger.alsoDealt(order, worker.incarnation);
      await this.#control.send(worker, { kind: 'stepAssignment', ...order, nodes: [{ first: 0, count: 1 }], generation: this.#generation });
    }));
  }

  /** Has the lead say again what may have been lost, that a step is in the weights, if nothing was heard of that for long. */
  async inquireIfDue(nowMs: number): Promise<void> {
    if (this.#ledger.size === 0 || nowMs - this.#heardMs <= this.#deadline.limitMs) return;
    await this.inquire();
  }

  /** Has the lead say again which of the steps are in the weights. */
  async inquire(): Promise<void> {
    this.#heardMs = performance.now();
    const [lead] = this.#control.roster.ready('parameter-server');
    const { objective } = this.#description;
    if (lead === undefined) return;
    await Promise.all(this.#ledger.orders.map(({ phase, produces }) => this.#control.send(lead, { kind: 'commitInquiry', group: objective.phases[phase]?.trains ?? '', version: produces })));
  }

  /** @returns whether that is news: a report may come twice, or be repeated without end */
  reported(step: Step, worker: string): boolean {
    return this.#ledger.reported(step, worker);
  }

  /** Whether an earlier step is open: it is in the weights too, as every step begins where the one before it ends. */
  isAhead(step: Step): boolean {
    const { oldest } = this.#ledger;
    return oldest !== null && this.#ledger.isOpen(step) && !isSameStep(oldest, step);
  }

  /** A step is in the weights; false if that was known. */
  committed(step: Step): boolean {
    if (!this.#ledger.close(step)) return false;
    this.#heardMs = performance.now();
    this.#deadline.committed(this.#heardMs, this.#ledger.size);
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

  async #dealAgain(workers: readonly Member[]): Promise<void> {
    if (this.#ledger.size === 0) return;
    this.#generation += 1;
    this.#deadline.dealt(performance.now());
    await this.#hand(this.#ledger.orders, workers);
  }

  /** With no workers the steps wait for the next that comes. */
  async #hand(orders: readonly StepOrder[], workers: readonly Member[]): Promise<void> {
    const parts = this.#parts(workers);
    // All at once: whatever happens meanwhile finds every assignment sent or none.
    await Promise.all(orders.flatMap((order) => {
      this.#ledger.dealt(order, parts.map(({ worker }) => worker.incarnation));
      for (const { worker } of parts) worker.activity = `in round ${order.round + 1}, phase ${this.#phaseName(order)}`;
      return parts.map(({ worker, nodes }) => this.#control.send(worker, { kind: 'stepAssignment', ...order, nodes, generation: this.#generation }));
    }));
  }

  /** Who computes what, in the order of the workers. */
  #parts(workers: readonly Member[]): { worker: Member; nodes: TreeNode[] }[] {
    const generations = assignShards(this.#description.config.shards, workers.length);
    return workers.map((worker, index) => ({ worker, nodes: generations[index] ?? [] })).filter(({ nodes }) => nodes.length > 0);
  }

  /** Whether the game has such a step. */
  #isStep({ round, phase, innerStep }: Step): boolean {
    return round < this.#description.totalRounds && innerStep < (this.#description.objective.phases[phase]?.innerSteps ?? 0);
  }

  #describe(step: Step): string {
    return describeStep(step, this.#description.objective.phases);
  }

  #phaseName({ phase }: Step): string {
    return this.#description.objective.phases[phase]?.name ?? String(phase);
  }
}

/** The workers turned by so many places. */
function turned(workers: readonly Member[], places: number): Member[] {
  return workers.map((_, index) => workers[(index + places) % workers.length] as Member);
}
