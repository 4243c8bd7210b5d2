import { LetheError } from '@lethe/errors';
import type { Member } from '@lethe/membership';
import type { Evaluate, Evaluated } from '@lethe/protocol';
import { UsualTime, type TimeLimits } from './usual-time.js';

export type EvaluationOrder = Omit<Evaluate, 'kind' | 'task'>;

interface Task {
  readonly evaluation: Evaluate;
  worker: Member | null;
  /** Everyone who was ever dealt it. */
  readonly computers: Set<Member>;
  /** When its worker could have begun with it. */
  dealtMs: number;
  /** How often it was sent again, and when it was sent last: in time, and in the order of all that was sent. */
  repeats: number;
  sentMs: number;
  sentAs: number;
  readonly resolve: (result: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

export interface EvaluationDeskOptions {
  /** Workers that can be given work. */
  readonly workers: () => readonly Member[];
  readonly send: (worker: Member, evaluation: Evaluate) => void;
  readonly limits: TimeLimits;
}

/** Deals evaluations to the workers; what one of them cannot finish, others do, and what was lost on the way is sent again. */
export class EvaluationDesk {
  readonly #options: EvaluationDeskOptions;
  readonly #tasks = new Map<number, Task>();
  readonly #answers: UsualTime;
  #asked = 0;
  #sent = 0;

  constructor(options: EvaluationDeskOptions) {
    this.#options = options;
    this.#answers = new UsualTime(options.limits);
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Has all of them computed; the results come in the order asked for, the same from any number of workers. */
  async perform(orders: readonly EvaluationOrder[]): Promise<Float32Array[]> {
    const results = orders.map((order) => new Promise<Float32Array>((resolve, reject) => {
      this.#asked += 1;
      this.#tasks.set(this.#asked, { evaluation: { kind: 'evaluate', task: this.#asked, ...order }, worker: null, computers: new Set(), dealtMs: 0, repeats: 0, sentMs: 0, sentAs: 0, resolve, reject });
    }));
    this.deal();
    return Promise.all(results);
  }

  /** @throws LetheError MESSAGE_FORBIDDEN for a result of what the worker was not dealt */
  evaluated(worker: Member, { task, result }: Evaluated): void {
    // A second answer is of a worker that was taken for dead.
    const answered = this.#tasks.get(task);
    if (task > this.#asked || answered?.computers.has(worker) === false) throw new LetheError('MESSAGE_FORBIDDEN', `it evaluated task ${task}, which it was not dealt`);
    if (answered === undefined) return;
    const nowMs = performance.now();
    this.#tasks.delete(task);
    this.#answers.took(nowMs - answered.dealtMs);
    for (const other of this.#tasks.values()) {
      if (other.worker === null || other.worker !== answered.worker) continue;
      // A worker does one after another: the next one of this worker has begun just now. What was sent before was lost, or its answer was.
      Object.assign(other, { dealtMs: nowMs, sentMs: nowMs, repeats: 0 } satisfies Partial<Task>);
      if (other.sentAs < answered.sentAs) this.#send(other, other.worker, nowMs);
    }
    answered.resolve(result);
  }

  /** Sends what is late again, to the same workers: whoever has it, or is at it, passes over it. */
  sendAgain(nowMs: number): void {
    const workers = this.#options.workers();
    const asked = new Set<Member>();
    for (const task of this.#tasks.values()) {
      const { worker, sentMs, repeats } = task;
      if (worker === null || asked.has(worker) || !workers.includes(worker)) continue;
      asked.add(worker); // about the first that it has not answered, and that tells about the others
      if (nowMs - sentMs <= this.#answers.limitAfterMs(repeats)) continue;
      task.repeats += 1;
      this.#send(task, worker, nowMs);
    }
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
      const nowMs = performance.now();
      Object.assign(task, { worker, dealtMs: nowMs, repeats: 0 } satisfies Partial<Task>);
      task.computers.add(worker);
      this.#send(task, worker, nowMs);
    }
  }

  #send(task: Task, worker: Member, nowMs: number): void {
    this.#sent += 1;
    task.sentAs = this.#sent;
    task.sentMs = nowMs;
    this.#options.send(worker, task.evaluation);
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
