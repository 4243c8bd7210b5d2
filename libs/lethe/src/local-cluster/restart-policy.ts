import type { GroupVersion } from '@lethe/protocol';

/** Wait before each further life of a process that died before it got anywhere. */
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

/** Says whether and when processes are started again: at once after good work, later and later after none, and not for ever. */
export class RestartPolicy {
  readonly #limit: number;
  readonly #failures = new Map<string, number>();

  /** @param limit deaths in a row, without work between them, after which a process is given up */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The process got somewhere. */
  worked(name: string): void {
    this.#failures.delete(name);
  }

  /** Milliseconds until its next life; null: there is none. */
  died(name: string): number | null {
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    if (failures > this.#limit) return null;
    return failures === 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 2));
  }
}

/** Separates what is committed for the first time from what is played again after a server was lost: only the first is progress. */
export class FarthestVersions {
  readonly #versions = new Map<string, number>();

  /** Whether the group has come farther than ever. */
  reached({ group, version }: GroupVersion): boolean {
    if (version <= (this.#versions.get(group) ?? -1)) return false;
    this.#versions.set(group, version);
    return true;
  }
}
