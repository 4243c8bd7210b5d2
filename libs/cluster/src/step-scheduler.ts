import { LetheError } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import type { ControlPlane, Member } from '@lethe/membership';
import { describeStep, isSameStep, type GroupVersion, type Step, type StepAssignment } from '@lethe/protocol';
import type { Log } from '@lethe/telemetry/log';
import type { TimeoutBounds } from './adaptive-timeout.js';
import { ProgressDeadline } from './progress-deadline.js';
import { rotated, sharesOf, workersAfterRefusal, type RefusedGradient, type StepShare } from './step-shares.js';

/** A step to compute: an assignment without who computes what of the step. */
export type ScheduledStep = Omit<StepAssignment, 'kind' | 'nodes' | 'generation'>;

interface OpenStep {
  readonly step: ScheduledStep;
  /** Incarnations of the workers that were assigned a share of the step last and have not reported it. */
  readonly awaited: Set<string>;
  /** Incarnations of all workers that were ever assigned a share of the step. */
  readonly assigned: Set<string>;
}

export interface StepSchedulerOptions {
  readonly control: ControlPlane;
  readonly description: RunDescription;
  readonly bounds: TimeoutBounds;
  readonly log: Log;
  /** Called with the error if the coordinator itself fails. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Assigns the steps that are not committed yet to the available workers, and again when these change, which changes no bit. A step is
 * open from its first assignment until it is committed.
 */
export class StepScheduler {
  /** How long the oldest open step may take. */
  readonly deadline: ProgressDeadline;
  readonly #options: StepSchedulerOptions;
  /** Oldest first. */
  #open: OpenStep[] = [];
  /** What each worker was assigned and has not reported, in the order of the assignments, which is that of its reports. */
  readonly #unreported = new Map<string, Step[]>();
  /** When each late worker was sent an assignment last, and how long until the next. */
  readonly #retries = new Map<Member, { sentMs: number; waitMs: number }>();
  /** The furthest step of the game that was ever open. */
  #newest: Step | null = null;
  #generation = 1;
  /** When the lead server last reported a commit, or was asked for it. */
  #heardMs = 0;

  constructor(options: StepSchedulerOptions) {
    this.#options = options;
    this.deadline = new ProgressDeadline(options.bounds);
  }

  /** The number of open steps. */
  get size(): number {
    return this.#open.length;
  }

  /** The open steps, oldest first. */
  get steps(): ScheduledStep[] {
    return this.#open.map(({ step }) => step);
  }

  /** The number of the last assignment of the open steps; every reassignment has the next. */
  get generation(): number {
    return this.#generation;
  }

  /** Available workers that were assigned a share of the oldest open step and have not reported it. */
  get awaited(): Member[] {
    const awaited = this.#open[0]?.awaited;
    return this.#options.control.roster.available().filter(({ incarnation }) => awaited?.has(incarnation));
  }

  /** The oldest open step in words; null if no step is open. */
  get oldest(): string | null {
    const [oldest] = this.#open;
    return oldest === undefined ? null : this.#describe(oldest.step);
  }

  isOpen(step: Step): boolean {
    return this.#find(step) !== undefined;
  }

  async schedule(step: ScheduledStep): Promise<void> {
    const nowMs = performance.now();
    if (this.#open.length === 0) this.#heardMs = nowMs;
    const open: OpenStep = { step, awaited: new Set(), assigned: new Set() };
    this.#open.push(open);
    if (this.#newest === null || isAfter(step, this.#newest)) this.#newest = step;
    this.deadline.opened(nowMs);
    await this.#assign([open], this.#options.control.roster.available());
  }

  /** Assigns all open steps to the workers that are available now; gradients that the servers have already count. */
  reassign(): void {
    this.#reassign(this.#options.control.roster.available());
  }

  /** As `reassign`, but no worker gets the share that it had: what was lost between one worker and the servers is sent by another. */
  reassignRotated(): void {
    this.#reassign(rotated(this.#options.control.roster.available(), this.#generation));
  }

  /** As `reassign`, but to workers of which no gradient was refused, if there are any. */
  reassignAfterRefusal(refused: readonly RefusedGradient[]): void {
    const { control, description: { config: { shards } } } = this.#options;
    this.#reassign(workersAfterRefusal(shards, control.roster.available(), refused));
  }

  /**
   * Takes a worker's report that it has computed its share.
   *
   * @returns whether it is the first one of an assignment: reports may come twice, or be repeated without end
   * @throws LetheError MESSAGE_FORBIDDEN for a step that the worker was not assigned
   */
  report(step: Step, { incarnation }: Member): boolean {
    const open = this.#find(step);
    // Who had a share of a step that is committed is not remembered.
    const wasAssigned = open?.assigned.has(incarnation) ?? this.#wasScheduled(step);
    if (!wasAssigned || !this.#isOfGame(step)) {
      throw new LetheError('MESSAGE_FORBIDDEN', `it reported a step that it was not assigned: ${this.#describe(step)}`);
    }
    open?.awaited.delete(incarnation);
    const unreported = this.#unreported.get(incarnation) ?? [];
    const index = unreported.findIndex((assigned) => isSameStep(assigned, step));
    // Assignments before this one were revoked, or their reports were lost.
    unreported.splice(0, index + 1);
    return index >= 0;
  }

  /**
   * Takes the lead server's message that a step is committed. A commit ahead of the oldest open step shows that an earlier message was
   * lost, since every step begins where the one before it ends: the lead is asked for both again, in order.
   *
   * @returns whether the oldest open step is committed by it
   * @throws LetheError MESSAGE_FORBIDDEN for a step that was never scheduled
   */
  commit(committed: Step & GroupVersion): boolean {
    if (!this.checkCommit(committed)) return false;
    const [oldest] = this.#open;
    if (oldest !== undefined && !isSameStep(oldest.step, committed)) {
      this.#inquire();
      return false;
    }
    this.#open.shift();
    this.#heardMs = performance.now();
    this.deadline.committed(this.#heardMs, this.#open.length);
    return true;
  }

  /**
   * @returns whether the step is open
   * @throws LetheError MESSAGE_FORBIDDEN for a step that was never scheduled
   */
  checkCommit({ group, version, round, phase, innerStep }: Step & GroupVersion): boolean {
    const step = { round, phase, innerStep };
    const open = this.#find(step);
    const isRight = open === undefined
      ? this.#isOfGame(step) && this.#wasScheduled(step)
      : open.step.produces === version && this.#options.description.objective.phases[phase]?.trains === group;
    if (isRight) return open !== undefined;
    const commit = `version ${version} of ${group}, committed by ${this.#describe(step)}`;
    throw new LetheError('MESSAGE_FORBIDDEN', `it reported ${commit}, which was never scheduled`);
  }

  /** Sends again what may have been lost: the question for commits, and assignments to late workers. */
  sendAgain(nowMs: number): void {
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    if (nowMs - this.#heardMs > this.deadline.limitMs) this.#inquire();
    this.#retryLateWorkers(oldest, nowMs);
  }

  /** Forgets the open steps. */
  clear(): void {
    this.#open = [];
    this.#unreported.clear();
    this.deadline.clear();
  }

  /** Asks the lead server which of the open steps are committed. */
  #inquire(): void {
    const { control, description: { objective }, onFailed } = this.#options;
    this.#heardMs = performance.now();
    const [lead] = control.roster.ready('parameter-server');
    if (lead === undefined) return;
    for (const { step: { phase, produces } } of this.#open) {
      control.sendAgain(lead, { kind: 'commitInquiry', group: objective.phases[phase]?.trains ?? '', version: produces }).catch(onFailed);
    }
  }

  /**
   * Assigns a late worker one shard that others compute too, at growing intervals: its last assignment or report may have been lost. Any
   * report makes it available again.
   */
  #retryLateWorkers(oldest: OpenStep, nowMs: number): void {
    const { control, bounds, onFailed } = this.#options;
    const late = control.roster.ready('worker').filter(({ absence }) => absence === 'late');
    for (const worker of [...this.#retries.keys()]) if (!late.includes(worker)) this.#retries.delete(worker);
    for (const worker of late) {
      const retry = this.#retries.get(worker) ?? { sentMs: nowMs, waitMs: this.deadline.limitMs };
      this.#retries.set(worker, retry);
      if (nowMs - retry.sentMs < retry.waitMs) continue;
      this.#retries.set(worker, { sentMs: nowMs, waitMs: Math.min(bounds.mostMs, 2 * retry.waitMs) });
      this.#send(oldest, { worker, nodes: [{ first: 0, count: 1 }] }, 'again').catch(onFailed);
    }
  }

  #reassign(workers: readonly Member[]): void {
    if (this.#open.length === 0) return;
    this.#generation += 1;
    this.deadline.reassigned(performance.now());
    const facts = { generation: this.#generation, steps: this.#open.length, workers: workers.map(({ name }) => name) };
    this.#options.log.info(facts, `the open steps are assigned again, from ${this.oldest ?? ''} on`);
    this.#assign(this.#open, workers).catch(this.#options.onFailed);
  }

  /** Without workers the steps wait for the next one that becomes available. */
  async #assign(steps: readonly OpenStep[], workers: readonly Member[]): Promise<void> {
    const { config: { shards }, objective: { phases } } = this.#options.description;
    const shares = sharesOf(shards, workers);
    // Without waiting in between: whatever happens meanwhile finds all assignments sent or none.
    await Promise.all(steps.flatMap((open) => {
      const { step: { round, phase }, awaited, assigned } = open;
      const occasion = assigned.size === 0 ? 'first' : 'again';
      awaited.clear();
      return shares.map((share) => {
        awaited.add(share.worker.incarnation);
        share.worker.activity = `in round ${round + 1}, phase ${phases[phase]?.name ?? phase}`;
        return this.#send(open, share, occasion);
      });
    }));
  }

  async #send({ step, assigned }: OpenStep, { worker, nodes }: StepShare, occasion: 'first' | 'again'): Promise<void> {
    assigned.add(worker.incarnation);
    const unreported = this.#unreported.get(worker.incarnation);
    if (unreported === undefined) this.#unreported.set(worker.incarnation, [step]);
    else unreported.push(step);
    const { control } = this.#options;
    const assignment = { kind: 'stepAssignment', ...step, nodes, generation: this.#generation } as const;
    await (occasion === 'again' ? control.sendAgain(worker, assignment) : control.send(worker, assignment));
  }

  #find(step: Step): OpenStep | undefined {
    return this.#open.find((open) => isSameStep(open.step, step));
  }

  /** Whether the step was open at some time, in this epoch or an earlier one. */
  #wasScheduled(step: Step): boolean {
    return this.#newest !== null && !isAfter(step, this.#newest);
  }

  #isOfGame({ round, phase, innerStep }: Step): boolean {
    const { totalRounds, objective: { phases } } = this.#options.description;
    return round < totalRounds && innerStep < (phases[phase]?.innerSteps ?? 0);
  }

  #describe(step: Step): string {
    return describeStep(step, this.#options.description.objective.phases);
  }
}

function isAfter(a: Step, b: Step): boolean {
  return a.round !== b.round ? a.round > b.round : a.phase !== b.phase ? a.phase > b.phase : a.innerStep > b.innerStep;
}
