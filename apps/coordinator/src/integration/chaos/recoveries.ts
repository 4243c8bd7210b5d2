import type { ChaosOutcome } from './chaos-run.js';

const LOST = /^(worker|parameter-server)-\d+(?:: | \(process \d+[^)]*\) (?:ended|has been silent|cannot be reached|lives))/;
const GOES_ON = /^the run goes on after ([\d.]+) s/;

/** How long runs stood still after a process was lost, as they say it. */
export class Recoveries {
  readonly #seconds = new Map<string, number[]>();

  read({ output }: Pick<ChaosOutcome, 'output'>): void {
    let lost = new Set<string>();
    for (const line of output.split('\n')) {
      const role = LOST.exec(line)?.[1];
      if (role !== undefined) lost.add(role);
      const seconds = GOES_ON.exec(line)?.[1];
      if (seconds === undefined) continue;
      const kind = [...lost].sort().join(' and ');
      this.#seconds.set(kind, [...(this.#seconds.get(kind) ?? []), Number(seconds)]);
      lost = new Set();
    }
  }

  /** A line for each kind. */
  table(): string {
    return [...this.#seconds].map(([kind, found]) => {
      const sorted = [...found].sort((a, b) => a - b);
      return `${kind} lost: ${sorted.length} times, median ${sorted[Math.floor(sorted.length / 2)] ?? 0} s, worst ${sorted.at(-1) ?? 0} s until the next commit`;
    }).join('\n');
  }
}
