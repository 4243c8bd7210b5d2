import { LetheError } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import { describeMember, type ControlPlane } from '@lethe/membership';
import type { LogFields } from '@lethe/telemetry/log';
import type { Abandonment } from './abandonment.js';
import type { EvaluationScheduler } from './evaluation-scheduler.js';
import type { StepScheduler } from './step-scheduler.js';

export interface ProgressSupervisorOptions {
  readonly control: ControlPlane;
  readonly steps: StepScheduler;
  readonly evaluations: EvaluationScheduler;
  readonly abandonment: Abandonment;
  readonly description: Pick<RunDescription, 'config'>;
  readonly onNotice: (line: string, about?: LogFields) => void;
}

/** A worker is given up if it computes one evaluation, which may train a probe, for longer than this many times the stall limit. */
const EVALUATION_STALLS = 60;

/** Has other workers compute what is late, gives up workers that make no progress, and the game if no worker comes. */
export class ProgressSupervisor {
  readonly #options: ProgressSupervisorOptions;
  /** Since when work has waited for an available worker; null while there is one, or no work. */
  #workerlessSinceMs: number | null = null;

  constructor(options: ProgressSupervisorOptions) {
    this.#options = options;
  }

  /** Assigns everything that is not done to the workers that are available now. */
  reassign(): void {
    const { steps, evaluations, abandonment } = this.#options;
    if (abandonment.hasBegun) return;
    evaluations.assign();
    steps.reassign();
  }

  /** Work that waited for a worker is assigned; otherwise a new worker gets its share from the next step on. */
  workerAvailable(): void {
    this.#options.evaluations.assign();
    if (this.#workerlessSinceMs !== null) this.reassign();
    this.#workerlessSinceMs = null;
  }

  /** Who computes the shards of a worker that cannot, in words. */
  get substitutes(): string {
    const names = this.#options.control.roster.available().map(({ name }) => name);
    return names.length === 0 ? 'the run waits for a worker' : `its shards are computed by ${names.join(', ')}`;
  }

  tick(nowMs: number): void {
    const { control, steps, evaluations, abandonment, description: { config: { cluster } } } = this.#options;
    const isWaiting = !abandonment.hasBegun && steps.size + evaluations.size > 0 && control.roster.available().length === 0;
    this.#workerlessSinceMs = isWaiting ? this.#workerlessSinceMs ?? nowMs : null;
    if (abandonment.hasBegun) return;
    // A silent server comes back or is given up; until then no worker is to blame.
    const isServerAbsent = control.roster.present('parameter-server').some(({ absence }) => absence !== null);
    if (isServerAbsent || this.#workerlessSinceMs !== null) steps.deadline.restart(nowMs);
    if (this.#workerlessSinceMs !== null) {
      if (nowMs - this.#workerlessSinceMs < cluster.patienceSeconds * 1000) return;
      this.#workerlessSinceMs = null;
      abandonment.begin(new LetheError('WORKERS_MISSING', `${this.#where}: no worker has been there for ${cluster.patienceSeconds} s`));
    } else if (steps.deadline.isLate(nowMs)) {
      if (steps.deadline.isStuck(nowMs)) this.#giveUp();
      else this.#reassignLate();
    }
    for (const worker of evaluations.overdue(nowMs - EVALUATION_STALLS * cluster.stallSeconds * 1000)) {
      control.lose(worker, new LetheError('PROCESS_STALLED', `${describeMember(worker)} makes no progress in an evaluation`));
    }
  }

  /** The oldest step is not committed however often it was assigned: the workers that everything waits for are lost. */
  #giveUp(): void {
    const { control, steps } = this.#options;
    const late = steps.awaited;
    if (late.length === 0) control.fail(new LetheError('PROCESS_STALLED', `${this.#where} is computed and not committed`));
    for (const worker of late) {
      control.lose(worker, new LetheError('PROCESS_STALLED', `${describeMember(worker)} lives, but makes no progress in ${this.#where}`));
    }
  }

  /** The oldest step is late: others compute what is missing. Late workers get nothing more while others are available. */
  #reassignLate(): void {
    const { control, steps, evaluations, onNotice } = this.#options;
    const late = steps.awaited;
    if (late.length < control.roster.available().length) for (const worker of late) worker.absence = 'late';
    for (const worker of late) {
      const about = { member: worker.name, absence: worker.absence };
      if (worker.absence === 'late') onNotice(`${describeMember(worker)} makes no progress in ${this.#where}; ${this.substitutes}`, about);
    }
    evaluations.assign();
    steps.reassignRotated();
  }

  get #where(): string {
    return this.#options.steps.oldest ?? 'an evaluation';
  }
}
