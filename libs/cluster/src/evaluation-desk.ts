import { LetheError } from '@lethe/errors';
import { describeMember, type Member } from '@lethe/membership';
import { firstNotFinite } from '@lethe/optim';
import type { Evaluate, Evaluated } from '@lethe/protocol';
import { UsualTime, type TimeLimits } from './usual-time.js';

export interface EvaluationOrder extends Omit<Evaluate, 'kind' | 'task'> {
  /** How many numbers the result has. */
  readonly resultLength: number;
}

interface Task {
  readonly evaluation: Evaluate;
  readonly resultLength: number;
  worker: Member | null;
  /** Everyone who was ever dealt it. */
  readonly computers: Set<Member>;
  /** Whose result was not finite; another is to find the same before that is believed. */
  doubted: Member | null;
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
  readonly onNotice: (line: string) => void;
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
    const results = orders.map(({ resultLength, ...order }) => new Promise<Float32Array>((resolve, reject) => {
      this.#asked += 1;
      this.#tasks.set(this.#asked, { evaluation: { kind: 'evaluate', task: this.#asked, ...order }, resultLength, worker: null, computers: new Set(), doubted: null, dealtMs: 0, repeats: 0, sentMs: 0, sentAs: 0, resolve, reject });
    }));
    this.generation();
    return Promise.all(results);
  }

  /** @throws LetheError MESSAGE_FORBIDDEN for a result of what the worker was not dealt, or of another length than it has */
  evaluated(worker: Member, { task, result }: Evaluated): void {
    // A second answer is of a worker that was taken for dead.
    const answered = this.#tasks.get(task);
    if (task > this.#asked || answered?.computers.has(worker) === false) throw new LetheError('MESSAGE_FORBIDDEN', `it evaluated task ${task}, which it was not dealt`);
    if (answered === undefined) return;
    if (result.length !== answered.resultLength) throw new LetheError('MESSAGE_FORBIDDEN', `its result of task ${task} has ${result.length} numbers, expected ${answered.resultLength}`);
    const isDoubtful = this.#isDoubtful(answered, worker, result);
    if (isDoubtful && answered.doubted === worker && answered.worker !== worker) return; // it has said so, and another is at it
    const nowMs = performance.now();
    if (!isDoubtful) this.#tasks.delete(task);
    this.#answers.took(nowMs - answered.dealtMs);
    for (const other of this.#tasks.values()) {
      if (other === answered || other.worker === null || other.worker !== answered.worker) continue;
      // A worker does one after another: the next one of this worker has begun just now. What was sent before was lost, or its answer was.
      Object.assign(other, { dealtMs: nowMs, sentMs: nowMs, repeats: 0 } satisfies Partial<Task>);
      if (other.sentAs < answered.sentAs) this.#send(other, other.worker, nowMs);
    }
    if (isDoubtful) this.#doubt(answered, worker);
    else answered.resolve(result);
  }

  /** Whether another worker has to say the same of a task before this result is taken. */
  #isDoubtful({ doubted }: Task, worker: Member, result: Float32Array): boolean {
    if (doubted === null ? firstNotFinite(result) < 0 : doubted !== worker) return false;
    return this.#options.workers().some((other) => other !== worker);
  }

  #doubt(task: Task, worker: Member): void {
    this.#options.onNotice(`${describeMember(worker)}: what it evaluated is not finite; it is computed again by another`);
    task.doubted = worker;
    if (task.worker !== worker) return;
    task.worker = null;
    this.generation();
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
  generation(): void {
    const workers = this.#options.workers();
    if (workers.length === 0) return;
    let next = 0;
    for (const task of this.#tasks.values()) {
      if (task.worker !== null && workers.includes(task.worker)) continue;
      const others = task.doubted === null ? workers : workers.filter((other) => other !== task.doubted);
      const able = others.length > 0 ? others : workers;
      const worker = able[next % able.length] as Member;
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
