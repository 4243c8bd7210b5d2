import type { Committed, StepReport, Transfer } from '@lethe/protocol';
import { layoutOf, type RunDescription } from '@lethe/graphs';

const FLOAT_BYTES = 4;

/** Where the workers' time went, and what they moved against the least that a lossless parameter server can move. */
export class WireAccount {
  readonly times = { inputMs: 0, computeMs: 0, sendMs: 0, waitMs: 0 };
  /** The lead server's, over all steps: adding gradients, updating. */
  readonly serverTimes = { sumMs: 0, updateMs: 0 };
  /** What gradients and the versions made of them took on their way, over all transfers. */
  wireMs = 0;
  transfers = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** Each step's own group once up, with the batch statistics, and once down, for every worker that had shards. */
  leastBytes = 0;
  steps = 0;
  commits = 0;
  readonly #description: RunDescription;

  constructor(description: RunDescription) {
    this.#description = description;
  }

  /** Bytes moved, sent and received, in millions. */
  get megabytes(): number {
    return (this.bytesSent + this.bytesReceived) / 1e6;
  }

  /** How much of that was more than the least, in percent. */
  get surplusPercent(): number {
    return this.leastBytes === 0 ? 0 : ((this.bytesSent + this.bytesReceived) / this.leastBytes - 1) * 100;
  }

  committed({ work: { sumMs, updateMs } }: Committed): void {
    this.commits += 1;
    this.serverTimes.sumMs += sumMs;
    this.serverTimes.updateMs += updateMs;
  }

  add(report: StepReport): void {
    const { objective, summaries } = this.#description;
    const phase = objective.phases[report.phase];
    const summary = summaries[report.phase];
    if (phase === undefined || summary === undefined) throw new TypeError(`there is no phase ${report.phase}`);
    const { length } = layoutOf(this.#description, phase.trains);
    this.steps += 1;
    for (const { occupation, lastedMs } of report.spans) this.times[`${occupation}Ms`] += lastedMs;
    for (const transfer of report.transfers) this.wireMs += wireMs(transfer);
    this.transfers += report.transfers.length;
    this.bytesSent += report.bytesSent;
    this.bytesReceived += report.bytesReceived;
    this.leastBytes += FLOAT_BYTES * (2 * length + summary.length);
  }
}

/** Milliseconds that a gradient and the version made of it were on their way, in queues of either end included. */
export function wireMs({ lastedMs, heldMs }: Pick<Transfer, 'lastedMs' | 'heldMs'>): number {
  return Math.max(0, lastedMs - heldMs);
}
