import { LetheError, errorCode } from '@lethe/errors';
import { describeStep, type Evaluate, type Evaluated, type StepAssignment, type StepReport } from '@lethe/protocol';
import type { AssignmentExecutor } from './assignment-executor.js';
import type { ParameterClient } from './parameter-client.js';

export type Work = StepAssignment | Evaluate;

export interface WorkerEpochOptions {
  readonly executor: AssignmentExecutor;
  readonly parameters: ParameterClient;
  /** Of the game, in order. */
  readonly phases: readonly { readonly name: string }[];
  /** Called with each piece of work before it is begun. */
  readonly onBegun: (work: Work) => void;
  readonly send: (result: StepReport | Evaluated) => Promise<void>;
}

/** Errors of work that others have done, or will do. */
const SUPERSEDED: ReadonlySet<string | undefined> = new Set(['ASSIGNMENT_REVOKED', 'VERSION_UNAVAILABLE']);

/** A worker's part in one epoch: the work that it was assigned, one piece after another in the order of arrival. */
export class WorkerEpoch {
  readonly #options: WorkerEpochOptions;
  #queue: Work[] = [];
  #current: Work | null = null;
  #generation = 0;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(options: WorkerEpochOptions) {
    this.#options = options;
  }

  /** Queues work. An assignment of a new generation revokes those of earlier ones, also the one that waits for a version just now. */
  take(work: Work): void {
    if (work.kind === 'stepAssignment') {
      if (work.generation < this.#generation) return;
      if (work.generation > this.#generation) this.#revoke(work.generation);
    } else if (isTask(this.#current, work.task)) {
      // The coordinator has no answer yet: what this worker waits for may have been lost, and not only the coordinator's message.
      this.#options.parameters.askAgain();
      return;
    } else if (this.#queue.some((queued) => isTask(queued, work.task))) {
      return;
    }
    this.#queue.push(work);
    this.#wake();
  }

  /** Works until it is closed. */
  async run(): Promise<void> {
    const { executor, phases, onBegun, send } = this.#options;
    for (let work = await this.#next(); work !== null; work = await this.#next()) {
      this.#current = work;
      try {
        onBegun(work);
        await send(await executor.execute(work));
      } catch (error) {
        if (this.#isClosed) return;
        if (!SUPERSEDED.has(errorCode(error))) {
          throw withWork(error, work.kind === 'evaluate' ? `evaluation of ${work.split}` : describeStep(work, phases));
        }
        // Others were faster; the report still shows that this worker makes progress.
        if (work.kind === 'stepAssignment' && work.generation === this.#generation) await send(executor.supersededReport(work));
      }
      this.#current = null;
    }
  }

  /** Ends the work, whatever is under way, and frees what it holds. */
  close(): void {
    this.#closed = true;
    // Messages that are still queued for the servers of this epoch are not waited for: some servers may be gone.
    this.#options.parameters.close().catch(() => undefined);
    this.#wake();
  }

  get #isClosed(): boolean {
    return this.#closed;
  }

  #revoke(generation: number): void {
    const isFirst = this.#generation === 0;
    this.#generation = generation;
    if (isFirst) return;
    this.#queue = this.#queue.filter(({ kind }) => kind === 'evaluate');
    this.#options.parameters.abandon();
    this.#options.executor.revoke();
  }

  async #next(): Promise<Work | null> {
    while (!this.#closed) {
      const work = this.#queue.shift();
      if (work !== undefined) return work;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return null;
  }
}

function isTask(work: Work | null, task: number): boolean {
  return work?.kind === 'evaluate' && work.task === task;
}

/** The error with what was being done in its message. */
function withWork(error: unknown, work: string): unknown {
  const code = errorCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  return new LetheError(code, `${error.message} (${work})`, { cause: error.cause });
}
