import type { Member } from '@lethe/membership';
import type { Evaluate, Evaluated } from '@lethe/protocol';

export type EvaluationOrder = Omit<Evaluate, 'kind' | 'task'>;

interface Task {
  readonly evaluation: Evaluate;
  worker: Member | null;
  dealtMs: number;
  readonly resolve: (result: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

export interface EvaluationDeskOptions {
  /** Workers that can be given work. */
  readonly workers: () => readonly Member[];
  readonly send: (worker: Member, evaluation: Evaluate) => void;
}

/** Deals evaluations to the workers; what one of them cannot finish, others do. */
export class EvaluationDesk {
  readonly #options: EvaluationDeskOptions;
  readonly #tasks = new Map<number, Task>();
  #asked = 0;

  constructor(options: EvaluationDeskOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Has all of them computed; the results come in the order asked for, the same from any number of workers. */
  async perform(orders: readonly EvaluationOrder[]): Promise<Float32Array[]> {
    const results = orders.map((order) => new Promise<Float32Array>((resolve, reject) => {
      this.#asked += 1;
      this.#tasks.set(this.#asked, { evaluation: { kind: 'evaluate', task: this.#asked, ...order }, worker: null, dealtMs: 0, resolve, reject });
    }));
    this.deal();
    return Promise.all(results);
  }

  evaluated({ task, result }: Evaluated): void {
    // A second answer is of a worker that was taken for dead.
    const answered = this.#tasks.get(task);
    this.#tasks.delete(task);
    // A worker does one after another: the next one of this worker has begun just now.
    for (const other of this.#tasks.values()) if (other.worker === answered?.worker) other.dealtMs = performance.now();
    answered?.resolve(result);
  }

  /** Gives what nobody has, or whoever had it cannot do now, to those at hand. */
  deal(): void {
    const workers = this.#options.workers();
    if (workers.length === 0) return;
    let next = 0;
    for (const task of this.#tasks.values()) {
      if (task.worker !== null && workers.includes(task.worker)) continue;
      const worker = workers[next % workers.length] as Member;
      next += 1;
      task.worker = worker;
      task.dealtMs = performance.now();
      this.#options.send(worker, task.evaluation);
    }
  }

  /** Workers that were given an evaluation before that time and have answered nothing since. */
  overdue(sinceMs: number): Member[] {
    return [...new Set([...this.#tasks.values()].flatMap(({ worker, dealtMs }) => (worker !== null && dealtMs < sinceMs ? [worker] : [])))];
  }

  /** Gives up on everything. */
  clear(error: unknown): void {
    for (const { reject } of this.#tasks.values()) reject(error);
    this.#tasks.clear();
  }
}
