import { LetheError } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import { describeMember, type ControlPlane, type Member } from '@lethe/membership';
import { firstNotFinite } from '@lethe/optim';
import {
  PROBE_FIGURES, type Evaluate, type Evaluated, type EvaluationKind, type GroupVersion, type ProbeRequest, type Split,
} from '@lethe/protocol';
import { AdaptiveTimeout, type TimeoutBounds } from './adaptive-timeout.js';

/** Evaluations that need nothing besides the examples. */
type ExampleEvaluation = Exclude<EvaluationKind, 'grid' | 'probe' | 'judge' | 'swap'>;

/** What is redrawn, and read by a judge. */
export interface SwapRequest {
  /** Name of the attribute that takes each of its values; empty: the label. */
  readonly attribute: string;
  /** Numbers in the result for each image (see the protocol). */
  readonly columns: number;
  /** What the evaluation `judge` of the same attribute gave. */
  readonly judge: Float32Array;
  /** Test images, and how many of them a task has. */
  readonly count: number;
  readonly chunk: number;
}

/** What a task evaluates, but for the versions that it reads. */
interface EvaluationRequest extends Omit<Evaluate, 'kind' | 'task' | 'reads'> {
  /** Numbers in the result. */
  readonly resultLength: number;
}

interface Task {
  readonly evaluation: Evaluate;
  readonly resultLength: number;
  worker: Member | null;
  /** All workers that it was ever assigned to. */
  readonly assigned: Set<Member>;
  /** The worker whose result was not finite; another one has to find the same before that is believed. */
  doubted: Member | null;
  /** When its worker could have begun with it. */
  beganMs: number;
  /** How often it was sent again to the same worker, when it was sent last, and as which of all messages. */
  repeats: number;
  sentMs: number;
  sentAs: number;
  readonly resolve: (result: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

export interface EvaluationSchedulerOptions {
  readonly control: Pick<ControlPlane, 'send' | 'sendAgain' | 'until'> & { readonly roster: Pick<ControlPlane['roster'], 'available'> };
  readonly description: RunDescription;
  readonly bounds: TimeoutBounds;
  /** Every group's version once all steps that were scheduled are committed. */
  readonly settledVersions: () => Promise<GroupVersion[]>;
  readonly onNotice: (line: string) => void;
}

/**
 * Tasks that a worker has at a time. Of short ones the next is there when one ends. A long one stays with the coordinator until a worker
 * is free, so that no worker has one waiting while another has none.
 */
const AT_ONCE: Readonly<Record<EvaluationKind, number>> = { score: 3, grid: 3, encode: 3, predict: 3, swap: 1, probe: 1, judge: 1 };

/** What is said of an evaluation that is not of chosen examples. */
const WHOLE = { split: 'test', first: 0, count: 0, judge: null, attribute: '' } as const;

/**
 * Has the workers evaluate the versions that the servers have. Tasks of a worker that cannot finish them go to others, and messages that
 * were lost are sent again. Results come in the order of the requests, the same from any number of workers; the protocol says what each
 * of them is.
 */
export class EvaluationScheduler {
  readonly #options: EvaluationSchedulerOptions;
  readonly #tasks = new Map<number, Task>();
  readonly #answers: AdaptiveTimeout;
  #requested = 0;
  #sent = 0;

  constructor(options: EvaluationSchedulerOptions) {
    this.#options = options;
    this.#answers = new AdaptiveTimeout(options.bounds);
  }

  /** The number of tasks that are not finished. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Of `count` examples of a split, in chunks of constant size. */
  ofExamples(evaluation: ExampleEvaluation, split: Split, count: number, chunk: number): Promise<Float32Array[]> {
    const length = this.#resultLength(evaluation);
    return this.#evaluate(chunksOfExamples(count, chunk).map((examples) => (
      { ...WHOLE, ...examples, evaluation, split, probes: [], resultLength: examples.count * length }
    )));
  }

  /** Rows of pictures of test examples, so many images in each: a task draws one. */
  ofGrid(rows: number, columns: number): Promise<Float32Array[]> {
    const { height, width, channels } = this.#options.description.facts.shape;
    const resultLength = columns * height * width * channels;
    return this.#evaluate(chunksOfExamples(rows, 1).map((row) => ({ ...WHOLE, ...row, evaluation: 'grid', probes: [], resultLength })));
  }

  /** Of probes that one worker trains one after another on the latents or on the pixels: the figures of each. */
  async ofProbes(probes: readonly ProbeRequest[]): Promise<Float32Array[]> {
    const resultLength = probes.length * PROBE_FIGURES;
    const [figures = new Float32Array(0)] = await this.#evaluate([{ ...WHOLE, evaluation: 'probe', probes: [...probes], resultLength }]);
    return probes.map((_, index) => figures.subarray(index * PROBE_FIGURES, (index + 1) * PROBE_FIGURES));
  }

  /** A judge of `length` numbers that a worker trains on the raw images to read an attribute; it depends on the data alone. */
  async judge(attribute: string, length: number): Promise<Float32Array> {
    const [judge] = await this.#evaluate([{ ...WHOLE, attribute, evaluation: 'judge', probes: [], resultLength: length }]);
    if (judge === undefined) throw new TypeError('one task has one result');
    return judge;
  }

  /** Of test images, each redrawn under all values of an attribute and read by its judge. @param onChunk called after each chunk */
  ofSwaps({ count, chunk, columns, ...swap }: SwapRequest, onChunk: () => void): Promise<Float32Array[]> {
    const requests = chunksOfExamples(count, chunk).map((examples): EvaluationRequest => (
      { ...WHOLE, ...swap, ...examples, evaluation: 'swap', probes: [], resultLength: examples.count * columns }
    ));
    return this.#evaluate(requests, onChunk);
  }

  /**
   * Takes a worker's result.
   *
   * @throws LetheError MESSAGE_FORBIDDEN for a task that the worker was not assigned, or a result of another length than the task's
   */
  evaluated(worker: Member, { task, result }: Evaluated): void {
    const answered = this.#tasks.get(task);
    if (task > this.#requested || answered?.assigned.has(worker) === false) {
      throw new LetheError('MESSAGE_FORBIDDEN', `it evaluated task ${task}, which it was not assigned`);
    }
    // A second result is of a worker that was taken for dead.
    if (answered === undefined) return;
    const { resultLength, doubted } = answered;
    if (result.length !== resultLength) {
      throw new LetheError('MESSAGE_FORBIDDEN', `its result of task ${task} has ${result.length} numbers, expected ${resultLength}`);
    }
    const isDoubtful = this.#isDoubtful(answered, worker, result);
    if (isDoubtful && doubted === worker && answered.worker !== worker) return; // another worker computes it already
    if (!isDoubtful) this.#tasks.delete(task);
    this.#answered(answered);
    if (isDoubtful) this.#doubt(answered, worker);
    else answered.resolve(result);
    this.assign();
  }

  /** Sends again what is not answered in time, to the same worker: one that has the task, or computes it, ignores the repetition. */
  sendAgain(nowMs: number): void {
    const workers = this.#options.control.roster.available();
    const asked = new Set<Member>();
    for (const task of this.#tasks.values()) {
      const { worker, sentMs, repeats } = task;
      if (worker === null || asked.has(worker) || !workers.includes(worker)) continue;
      asked.add(worker); // only the worker's oldest task: its answer shows what became of the others
      if (nowMs - sentMs <= this.#answers.limitAfterMs(repeats)) continue;
      task.repeats += 1;
      this.#send(task, worker, nowMs);
    }
  }

  /** Assigns tasks without an available worker to the available ones, in the order of the requests, as long as one has room. */
  assign(): void {
    const workers = this.#options.control.roster.available();
    if (workers.length === 0) return;
    const held = new Map(workers.map((worker) => [worker, 0]));
    for (const { worker } of this.#tasks.values()) if (worker !== null && held.has(worker)) held.set(worker, (held.get(worker) ?? 0) + 1);
    for (const task of this.#tasks.values()) {
      if (task.worker !== null && held.has(task.worker)) continue;
      const others = task.doubted === null ? workers : workers.filter((other) => other !== task.doubted);
      const able = others.length > 0 ? others : workers;
      const worker = able.reduce((freest, other) => ((held.get(other) ?? 0) < (held.get(freest) ?? 0) ? other : freest));
      if ((held.get(worker) ?? 0) >= AT_ONCE[task.evaluation.evaluation]) continue;
      held.set(worker, (held.get(worker) ?? 0) + 1);
      const nowMs = performance.now();
      Object.assign(task, { worker, beganMs: nowMs, repeats: 0 } satisfies Partial<Task>);
      task.assigned.add(worker);
      this.#send(task, worker, nowMs);
    }
  }

  /** Workers that could have begun with a task before this time and have not answered since. */
  overdue(sinceMs: number): Member[] {
    const late = [...this.#tasks.values()].flatMap(({ worker, beganMs }) => (worker !== null && beganMs < sinceMs ? [worker] : []));
    return [...new Set(late)];
  }

  /** Gives up all tasks. */
  clear(error: unknown): void {
    for (const { reject } of this.#tasks.values()) reject(error);
    this.#tasks.clear();
  }

  async #evaluate(requests: readonly EvaluationRequest[], onResult: () => void = () => undefined): Promise<Float32Array[]> {
    const { control, settledVersions } = this.#options;
    const reads = await settledVersions();
    const first = this.#requested + 1;
    this.#requested += requests.length;
    const results = Promise.all(requests.map(async (request, index) => {
      const result = await this.#add(first + index, request, reads);
      onResult();
      return result;
    }));
    results.catch(() => undefined); // thrown below, unless the run ends before
    this.assign();
    await control.until(() => !requests.some((_, index) => this.#tasks.has(first + index)));
    return results;
  }

  #add(task: number, { resultLength, ...request }: EvaluationRequest, reads: GroupVersion[]): Promise<Float32Array> {
    const evaluation: Evaluate = { kind: 'evaluate', task, reads, ...request };
    return new Promise((resolve, reject) => {
      this.#tasks.set(task, {
        evaluation, resultLength, resolve, reject,
        worker: null, assigned: new Set(), doubted: null, beganMs: 0, repeats: 0, sentMs: 0, sentAs: 0,
      });
    });
  }

  /** A worker computes one task after another: when it has answered one, it begins with its next. */
  #answered(answered: Task): void {
    const nowMs = performance.now();
    this.#answers.observe(nowMs - answered.beganMs);
    for (const other of this.#tasks.values()) {
      if (other === answered || other.worker === null || other.worker !== answered.worker) continue;
      Object.assign(other, { beganMs: nowMs, sentMs: nowMs, repeats: 0 } satisfies Partial<Task>);
      // It was sent before the one that is answered: the message or its answer was lost.
      if (other.sentAs < answered.sentAs) this.#send(other, other.worker, nowMs);
    }
  }

  /** Whether another worker has to find the same before this result is taken. */
  #isDoubtful({ doubted }: Task, worker: Member, result: Float32Array): boolean {
    if (doubted === null ? firstNotFinite(result) < 0 : doubted !== worker) return false;
    return this.#options.control.roster.available().some((other) => other !== worker);
  }

  #doubt(task: Task, worker: Member): void {
    this.#options.onNotice(`${describeMember(worker)}: what it evaluated is not finite; it is computed again by another`);
    task.doubted = worker;
    if (task.worker === worker) task.worker = null;
  }

  #send(task: Task, worker: Member, nowMs: number): void {
    this.#sent += 1;
    task.sentAs = this.#sent;
    task.sentMs = nowMs;
    const { control } = this.#options;
    void (task.repeats > 0 ? control.sendAgain(worker, task.evaluation) : control.send(worker, task.evaluation));
  }

  /** Numbers in the result for each example. */
  #resultLength(evaluation: ExampleEvaluation): number {
    const { objective: { figures, encodedSize }, facts: { classes } } = this.#options.description;
    switch (evaluation) {
      case 'score':
        return figures.length;
      case 'encode':
        return encodedSize;
      case 'predict':
        return classes.length + encodedSize;
    }
  }
}

function chunksOfExamples(count: number, chunk: number): { first: number; count: number }[] {
  const firsts = Array.from({ length: Math.ceil(count / chunk) }, (_, index) => index * chunk);
  return firsts.map((first) => ({ first, count: Math.min(chunk, count - first) }));
}
