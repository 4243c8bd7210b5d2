import { LetheError } from '@lethe/errors';

/** Stands for what a run of before computed with, which did not write it down. */
const UNKNOWN_ENGINE = 'unknown';

export interface EngineHistoryOptions {
  /** Of the run, for messages. */
  readonly name: string;
  /** Fingerprints of what has computed the run so far, in order; none if that is not known, null if nothing has. */
  readonly earlier: readonly string[] | null;
  /** Refuse to go on with anything else. */
  readonly strictBits: boolean;
}

/** With which engines a run was computed, from its first round on: who goes on elsewhere may go on with other bits. */
export class EngineHistory {
  readonly #options: EngineHistoryOptions;
  readonly #earlier: readonly string[];

  constructor(options: EngineHistoryOptions) {
    this.#options = options;
    this.#earlier = options.earlier?.length === 0 ? [UNKNOWN_ENGINE] : (options.earlier ?? []);
  }

  /**
   * The engines of the run, those that compute now last.
   * @param fingerprints of all workers of this life of the run
   */
  with(fingerprints: readonly string[]): string[] {
    const now = [...new Set(fingerprints)].sort().join(' and ');
    return now === '' || this.#earlier.at(-1) === now ? [...this.#earlier] : [...this.#earlier, now];
  }

  /**
   * What is to be said before these go on with the run; null if they are what it was computed with.
   * @throws LetheError FINGERPRINT_MISMATCH if the run insists on its bits
   */
  warning(fingerprints: readonly string[]): string | null {
    const before = this.#earlier.at(-1);
    const now = this.with(fingerprints).at(-1);
    if (before === undefined || before === now) return null;
    const { name, strictBits } = this.#options;
    const what = before === UNKNOWN_ENGINE
      ? `${name} does not say what it was computed with; these workers compute with "${now ?? ''}"`
      : `${name} was computed with "${before}"; these workers compute with "${now ?? ''}"`;
    if (strictBits) throw new LetheError('FINGERPRINT_MISMATCH', `${what}; --strict-bits asks for the bits of an unbroken run`);
    return `${what}, and may go on with other bits than an unbroken run (--strict-bits refuses that)`;
  }
}
