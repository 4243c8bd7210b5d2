import { LetheError } from '@lethe/errors';

/** How a worker joins that was started by hand. */
export interface Joining {
  /** How long to wait for the coordinator's first answer. */
  readonly timeoutMs: number;
  /** Called with each line for the user who started the worker. */
  readonly notice: (line: string) => void;
}

/** While there is no answer, that is reported this often. */
const REMIND_MS = 10_000;
/** How often a worker reports what it computes. */
const REPORT_MS = 30_000;

/** Waits for the first answer of a run that may not exist: reports what is tried, and gives up in time. */
export class JoinDeadline {
  readonly #address: string;
  /** Rejects with DEADLINE_EXCEEDED if there is no answer in time. */
  readonly expired: Promise<never>;
  readonly #reminder: NodeJS.Timeout;
  #deadline: NodeJS.Timeout | undefined;
  #isConnected = false;

  constructor(address: string, { timeoutMs, notice }: Joining) {
    this.#address = address;
    const endMs = performance.now() + timeoutMs;
    notice(`joining the run at ${address}`);
    this.#reminder = setInterval(() => {
      const leftSeconds = Math.round((endMs - performance.now()) / 1000);
      notice(`${this.#silence} yet; trying for another ${leftSeconds} s`);
    }, REMIND_MS);
    this.expired = new Promise((_, reject) => {
      this.#deadline = setTimeout(() => {
        reject(new LetheError('DEADLINE_EXCEEDED', `${this.#silence} within ${timeoutMs / 1000} s (--join-timeout)`));
      }, timeoutMs);
    });
  }

  /** Some process listens at the address. */
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

/** Reports to the user who started a worker by hand which run it joined, and what it loads, computes and waits for. */
export class JoinProgress {
  readonly #notice: (line: string) => void;
  #name = '';
  #activity = '';
  #works = 0;
  #worksReported = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(notice: (line: string) => void) {
    this.#notice = notice;
  }

  /** @param runId the name of the run's folder, and which life of the run this is */
  welcomed(runId: string, name: string): void {
    const isFirst = this.#name === '';
    this.#name = name;
    const [run = ''] = runId.split('/');
    this.#notice(isFirst ? `joined the run ${run} as ${name}; loading its data` : `${name}: the run goes on with other servers`);
  }

  cannotReach(server: string, address: string): void {
    this.#notice(`${this.#name} cannot reach ${server} at ${address} yet (the run's owner may name another address with --advertise)`);
  }

  ready(): void {
    this.#notice(`${this.#name} is ready; waiting for work`);
    this.#timer ??= setInterval(() => { this.#report(); }, REPORT_MS);
  }

  /** @param work "round 3" */
  begins(work: string): void {
    this.#activity = work;
    this.#works += 1;
    if (this.#works === 1) this.#report();
  }

  ended(reason: string): void {
    this.#notice(`${this.#name} ends: ${reason}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    if (this.#works > this.#worksReported) {
      this.#notice(`${this.#name} computes ${this.#activity} (piece of work ${this.#works.toLocaleString('en-US')})`);
    } else if (this.#activity !== '') {
      this.#notice(`${this.#name} waits for work`);
      this.#activity = ''; // once is enough
    }
    this.#worksReported = this.#works;
  }
}
