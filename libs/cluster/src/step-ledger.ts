import { isSameStep, type StepAssignment, type Step } from '@lethe/protocol';

/** A step without who computes what of it. */
export type StepOrder = Omit<StepAssignment, 'kind' | 'nodes' | 'generation'>;

interface OpenStep {
  readonly order: StepOrder;
  /** Incarnations of the workers that were dealt a part of it last, and have not said that they did it. */
  readonly awaited: Set<string>;
  /** Everyone who was ever dealt a part of it. */
  readonly computers: Set<string>;
}

/** The steps that were handed out and are not in the weights yet, oldest first. */
export class StepLedger {
  #open: OpenStep[] = [];
  /** What each worker was dealt and has not reported, in the order dealt, which is that of its reports. */
  readonly #unreported = new Map<string, Step[]>();
  /** The furthest step of the game that was ever opened. */
  #newest: Step | null = null;

  get size(): number {
    return this.#open.length;
  }

  get orders(): StepOrder[] {
    return this.#open.map(({ order }) => order);
  }

  /** The step that everything waits for. */
  get oldest(): StepOrder | null {
    return this.#open[0]?.order ?? null;
  }

  isOpen(step: Step): boolean {
    return this.#find(step) !== undefined;
  }

  open(order: StepOrder): void {
    this.#open.push({ order, awaited: new Set(), computers: new Set() });
    if (this.#newest === null || isAfter(order, this.#newest)) this.#newest = order;
  }

  /** Notes who was dealt a part of the step, and forgets who was before. */
  dealt(step: Step, workers: readonly string[]): void {
    const open = this.#find(step);
    open?.awaited.clear();
    for (const worker of workers) {
      open?.awaited.add(worker);
      this.alsoDealt(step, worker);
    }
  }

  /** Notes that somebody who is not awaited was dealt a part of the step too. */
  alsoDealt(step: Step, worker: string): void {
    this.#find(step)?.computers.add(worker);
    const unreported = this.#unreported.get(worker);
    if (unreported === undefined) this.#unreported.set(worker, [step]);
    else unreported.push(step);
  }

  /** The order of a step that is open; null for one that is in the weights, or was never handed out. */
  orderOf(step: Step): StepOrder | null {
    return this.#find(step)?.order ?? null;
  }

  /** Whether the step was handed out, in this epoch or one before. */
  wasOpened(step: Step): boolean {
    return this.#newest !== null && !isAfter(step, this.#newest);
  }

  /** Whether the worker was dealt a part of the step: of those in the weights all may have been. */
  wasDealt(step: Step, worker: string): boolean {
    return this.#find(step)?.computers.has(worker) ?? this.wasOpened(step);
  }

  /**
   * Notes that the worker has done its part of the step.
   *
   * @returns whether that is news: false if it has reported everything of the step that it was dealt
   */
  reported(step: Step, worker: string): boolean {
    this.#find(step)?.awaited.delete(worker);
    const unreported = this.#unreported.get(worker) ?? [];
    const index = unreported.findIndex((dealt) => isSameStep(dealt, step));
    // What it was dealt before that was revoked, or its word about it was lost.
    unreported.splice(0, index + 1);
    return index >= 0;
  }

  /** Who has not said yet that it did its part of the oldest step. */
  get awaited(): ReadonlySet<string> {
    return this.#open[0]?.awaited ?? new Set();
  }

  /** Takes a step that is in the weights off; false for one that was off already. */
  close(step: Step): boolean {
    const before = this.#open.length;
    this.#open = this.#open.filter(({ order }) => !isSameStep(order, step));
    return this.#open.length < before;
  }

  clear(): void {
    this.#open = [];
    this.#unreported.clear();
  }

  #find(step: Step): OpenStep | undefined {
    return this.#open.find(({ order }) => isSameStep(order, step));
  }
}

function isAfter(a: Step, b: Step): boolean {
  return a.round !== b.round ? a.round > b.round : a.phase !== b.phase ? a.phase > b.phase : a.innerStep > b.innerStep;
}
