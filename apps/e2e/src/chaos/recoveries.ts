import type { ChaosOutcome } from './chaos-run.js';

const LOST = /^(worker|parameter-server)-\d+(?:: | \(process \d+[^)]*\) (?:ended|has been silent|cannot be reached|lives))/;
const GOES_ON = /^the run goes on after ([\d.]+) s/;

/** How long runs stood still after a process was lost: as they say it, or until the next coordinator got on. */
export class Recoveries {
  readonly #seconds = new Map<string, number[]>();

  read({ output, resumeSeconds }: Pick<ChaosOutcome, 'output' | 'resumeSeconds'>): void {
    for (const seconds of resumeSeconds) this.#add('coordinator', seconds);
    let lost = new Set<string>();
    for (const line of output.split('\n')) {
      const role = LOST.exec(line)?.[1];
      if (role !== undefined) lost.add(role);
      const seconds = GOES_ON.exec(line)?.[1];
      if (seconds === undefined) continue;
      this.#add([...lost].sort().join(' and '), Number(seconds));
      lost = new Set();
    }
  }

  #add(kind: string, seconds: number): void {
    this.#seconds.set(kind, [...(this.#seconds.get(kind) ?? []), seconds]);
  }

  /** A line for each kind. */
  table(): string {
    return [...this.#seconds].map(([kind, found]) => {
      const sorted = [...found].sort((a, b) => a - b);
      const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((seconds = 0) => seconds.toFixed(1));
      return `${kind} lost: ${sorted.length} times, median ${median ?? ''} s, worst ${worst ?? ''} s until the next commit`;
    }).join('\n');
  }
}
