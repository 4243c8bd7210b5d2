import { LetheError } from '@lethe/errors';

/** Stands for what a run of before computed with, which did not write it down. */
const UNKNOWN_ENGINE = 'unknown';

export interface EngineHistoryOptions {
  /** Of the run, for messages. */
  readonly name: string;
  /** Fingerprints of what has computed the run so far, in order; none if that is not known, null if nothing has. */
  readonly earlier: readonly string[] | null;
  /** Refuse to go on with anything else, and where there was more than one already. */
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
   * What is to be said before these go on with the run; null if they are what it was computed with last.
   * @throws LetheError FINGERPRINT_MISMATCH if the run insists on its bits, and these or an earlier change of engines may have given it
   *   others
   */
  warning(fingerprints: readonly string[]): string | null {
    const all = this.with(fingerprints);
    const now = all.at(-1) ?? '';
    if (this.#options.strictBits && all.length > 1) {
      throw new LetheError(
        'FINGERPRINT_MISMATCH',
        `${this.#before(this.#earlier)}; these workers compute with "${now}"; --strict-bits asks for the bits of an unbroken run`,
      );
    }
    if (all.length === this.#earlier.length || this.#earlier.length === 0) return null;
    const before = this.#before(this.#earlier.slice(-1));
    return (
      `${before}; these workers compute with "${now}", ` +
      'and may go on with other bits than an unbroken run (--strict-bits refuses that)'
    );
  }

  #before(engines: readonly string[]): string {
    const { name } = this.#options;
    if (engines.length === 1 && engines[0] === UNKNOWN_ENGINE) return `${name} does not say what it was computed with`;
    const named = engines.map((engine) => (engine === UNKNOWN_ENGINE ? 'what it does not say' : `"${engine}"`));
    return `${name} was computed with ${named.join(', then ')}`;
  }
}
