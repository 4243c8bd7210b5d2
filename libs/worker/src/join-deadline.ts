import { LetheError } from '@lethe/errors';

/** How a worker joins that was started by hand. */
export interface Joining {
  /** How long to wait for the coordinator's first answer. */
  readonly timeoutMs: number;
  /** Told what is tried. */
  readonly notice: (line: string) => void;
}

/** After so long without an answer, and after each further such time, it is said. */
const REMIND_MS = 10_000;

/** Waits for the first answer of a run that may not be there: says what is tried, and gives up. */
export class JoinDeadline {
  readonly #address: string;
  /** Rejects with DEADLINE_EXCEEDED when nobody has answered in time. */
  readonly expired: Promise<never>;
  readonly #reminder: NodeJS.Timeout;
  #deadline: NodeJS.Timeout | undefined;
  #isConnected = false;

  constructor(address: string, { timeoutMs, notice }: Joining) {
    this.#address = address;
    const endMs = performance.now() + timeoutMs;
    notice(`joining the run at ${address}`);
    this.#reminder = setInterval(() => { notice(`${this.#silence} yet; trying for another ${Math.round((endMs - performance.now()) / 1000)} s`); }, REMIND_MS);
    this.expired = new Promise((_, reject) => {
      this.#deadline = setTimeout(() => { reject(new LetheError('DEADLINE_EXCEEDED', `${this.#silence} within ${timeoutMs / 1000} s (--join-timeout)`)); }, timeoutMs);
    });
  }

  /** Somebody listens there, whoever that is. */
  connected(): void {
    this.#isConnected = true;
  }

  /** The run has answered. */
  end(): void {
    clearInterval(this.#reminder);
    clearTimeout(this.#deadline);
  }

  get #silence(): string {
    return this.#isConnected
      ? `${this.#address} listens, but no run has answered`
      : `nothing listens at ${this.#address}, or it cannot be reached from here: no answer`;
  }
}
