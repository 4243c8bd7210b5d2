/** How often it is said what a worker does. */
const TELL_MS = 30_000;

/** Tells whoever started a worker by hand what becomes of it: what it joined, what it loads, computes and waits for. */
export class JoinProgress {
  readonly #notice: (line: string) => void;
  #name = '';
  #activity = '';
  #steps = 0;
  #stepsTold = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(notice: (line: string) => void) {
    this.#notice = notice;
  }

  /** @param runId a run's folder, and which life of the run it is */
  welcomed(runId: string, name: string): void {
    const isFirst = this.#name === '';
    this.#name = name;
    this.#notice(isFirst ? `joined the run ${runId.split('/')[0] ?? ''} as ${name}; loading its data` : `${name}: the run goes on with other servers`);
  }

  cannotReach(server: string, address: string): void {
    this.#notice(`${this.#name} cannot reach ${server} at ${address} yet (the run's owner may name another address with --advertise)`);
  }

  ready(): void {
    this.#notice(`${this.#name} is ready; waiting for work`);
    this.#timer ??= setInterval(() => { this.#tell(); }, TELL_MS);
  }

  /** @param what "round 3, phase classifier" */
  begins(what: string): void {
    this.#activity = what;
    this.#steps += 1;
    if (this.#steps === 1) this.#tell();
  }

  ended(why: string): void {
    this.#notice(`${this.#name} ends: ${why}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    if (this.#steps > this.#stepsTold) this.#notice(`${this.#name} computes ${this.#activity} (piece of work ${this.#steps.toLocaleString('en-US')})`);
    // Once is enough.
    else if (this.#activity !== '') this.#notice(`${this.#name} waits for work`);
    if (this.#steps === this.#stepsTold) this.#activity = '';
    this.#stepsTold = this.#steps;
  }
}
