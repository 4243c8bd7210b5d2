import type { Member } from '@lethe/membership';
import type { CommitReport, Step, StepReport } from '@lethe/protocol';
import type { RunDescription } from '@lethe/graphs';
import { wireMs } from './wire-account.js';

/** A span of Chrome's trace event format: times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, string | number>>;
}

const COORDINATOR = 'coordinator';

/**
 * What every process did in the rounds of a run, as a file that chrome://tracing and Perfetto show. Each process measures times by
 * the clock of its own machine.
 *
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (trace event format)
 */
export class RoundTrace {
  readonly #description: RunDescription;
  readonly #events: TraceEvent[] = [];
  readonly #processes = new Map<string, number>();
  #roundBeganMs: number | null = null;

  constructor(description: RunDescription) {
    this.#description = description;
  }

  stepReported({ name }: Pick<Member, 'name'>, { spans, transfers, ...step }: StepReport): void {
    for (const span of spans) this.#add(name, span.occupation, span, this.#describe(step));
    for (const { group, version, heldMs, ...span } of transfers) {
      const wire_ms = wireMs({ heldMs, ...span });
      this.#add(`${name}, on the wire`, `version ${version} of ${group}`, span, { wire_ms, on_the_server_ms: heldMs });
    }
  }

  commitReported({ name }: Pick<Member, 'name'>, { group, version, work, ...step }: Omit<CommitReport, 'kind'>): void {
    const { sumMs, updateMs, waitMs } = work;
    this.#add(name, `version ${version} of ${group}`, work, {
      ...this.#describe(step),
      sum_ms: sumMs,
      update_ms: updateMs,
      from_first_to_last_push_ms: waitMs,
    });
  }

  committed({ round, phase, innerStep }: Step): void {
    const { phases } = this.#description.objective;
    if (phase !== phases.length - 1 || innerStep !== (phases[phase]?.innerSteps ?? 0) - 1) return;
    const nowMs = performance.timeOrigin + performance.now();
    if (this.#roundBeganMs !== null)
      this.#add(COORDINATOR, `round ${round + 1}`, { beganMs: this.#roundBeganMs, lastedMs: nowMs - this.#roundBeganMs }, {});
    this.#roundBeganMs = nowMs;
  }

  toJson(): string {
    const names = [...this.#processes].map(([name, pid]): TraceEvent => ({ name: 'process_name', ph: 'M', pid, tid: 1, args: { name } }));
    return JSON.stringify({ traceEvents: [...names, ...this.#events], displayTimeUnit: 'ms' });
  }

  #add(process: string, name: string, { beganMs, lastedMs }: { beganMs: number; lastedMs: number }, args: TraceEvent['args']): void {
    const pid = this.#processes.get(process) ?? this.#processes.size + 1;
    this.#processes.set(process, pid);
    this.#events.push({ name, ph: 'X', pid, tid: 1, ts: beganMs * 1000, dur: lastedMs * 1000, args });
  }

  /** As people count; `turn` is the name of an inner step in `trace.json`. */
  #describe({ round, phase, innerStep }: Step): TraceEvent['args'] {
    return { round: round + 1, phase: this.#description.objective.phases[phase]?.name ?? phase, turn: innerStep + 1 };
  }
}
