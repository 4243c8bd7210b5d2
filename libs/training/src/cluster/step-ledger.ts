import type { Lease, Step } from '@lethe/protocol';

/** A step without who computes what of it. */
export type StepOrder = Omit<Lease, 'kind' | 'blocks' | 'deal'>;

interface OpenStep {
  readonly order: StepOrder;
  /** Incarnations of the workers that were dealt a part of it last, and have not said that they did it. */
  readonly awaited: Set<string>;
}

/** The steps that were handed out and are not in the weights yet, oldest first. */
export class StepLedger {
  #open: OpenStep[] = [];

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
    this.#open.push({ order, awaited: new Set() });
  }

  /** Notes who was dealt a part of the step, and forgets who was before. */
  dealt(step: Step, workers: readonly string[]): void {
    const open = this.#find(step);
    open?.awaited.clear();
    for (const worker of workers) open?.awaited.add(worker);
  }

  reported(step: Step, worker: string): void {
    this.#find(step)?.awaited.delete(worker);
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
  }

  #find(step: Step): OpenStep | undefined {
    return this.#open.find(({ order }) => isSameStep(order, step));
  }
}

export function isSameStep(a: Step | null, b: Step): boolean {
  return a !== null && a.round === b.round && a.phase === b.phase && a.turn === b.turn;
}
