/**
 * Time that passes only when nothing is left to do at the present moment, so that a virtual minute takes milliseconds and two runs are
 * alike.
 */
export class VirtualClock {
  #nowMs = 0;
  #order = 0;
  readonly #events: {
    readonly atMs: number;
    readonly order: number;
    readonly id: number;
    readonly act: () => void;
    readonly everyMs: number | null;
  }[] = [];
  readonly #live = new Set<number>();
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, now: performance.now.bind(performance) };

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls back after so much virtual time. */
  after(ms: number, act: () => void): number {
    return this.#add(ms, act, null);
  }

  /** Replaces the clock of this process until `uninstall`. */
  install(): void {
    const schedule =
      (everyMs: (ms: number) => number | null) =>
      (act: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown => {
        const id = this.#add(
          ms,
          () => {
            act(...given);
          },
          everyMs(ms),
        );
        return { id, unref: () => undefined, ref: () => undefined };
      };
    const clear = (timer: unknown): void => {
      if (typeof timer === 'object' && timer !== null && 'id' in timer) this.#live.delete(Number(timer.id));
    };
    Object.assign(globalThis, {
      setTimeout: schedule(() => null),
      setInterval: schedule((ms) => ms),
      setImmediate: (act: () => void) => schedule(() => null)(act, 0),
      clearTimeout: clear,
      clearInterval: clear,
    });
    performance.now = () => this.#nowMs;
  }

  uninstall(): void {
    const { now, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    performance.now = now;
  }

  /** Lets time pass until the work is done. @throws Error when it would take more virtual time than that */
  async run<Result>(work: Promise<Result>, limitMs: number): Promise<Result> {
    let ended = false;
    const end = (): void => { ended = true; };
    work.then(end, end);
    await this.#settle();
    while (!ended) {
      const event = this.#next();
      if (event === undefined || event.atMs > limitMs) throw new Error(`there was no end in ${limitMs / 1000} s of virtual time`);
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.act();
      await this.#settle();
    }
    return work;
  }

  /** Everything that follows without time passing. */
  #settle(): Promise<void> {
    return new Promise((resolve) => { this.#real.setImmediate(resolve); });
  }

  #add(ms: number, act: () => void, everyMs: number | null, id = (this.#order += 1)): number {
    this.#order += 1;
    this.#live.add(id);
    const event = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order, id, act, everyMs };
    let place = this.#events.length;
    while (place > 0 && (this.#events[place - 1]?.atMs ?? 0) <= event.atMs) place -= 1;
    this.#events.splice(place, 0, event); // latest first
    return id;
  }

  #next(): { atMs: number; act: () => void } | undefined {
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
      const { id, everyMs, act } = event;
      if (!this.#live.has(id)) continue;
      if (everyMs !== null) {
        this.#nowMs = Math.max(this.#nowMs, event.atMs);
        this.#add(Math.max(1, everyMs), act, everyMs, id);
      } else {
        this.#live.delete(id);
      }
      return event;
    }
    return undefined;
  }
}
