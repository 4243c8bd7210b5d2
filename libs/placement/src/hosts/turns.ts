/** Turns at something that takes only so many at the same time. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits for a turn. @returns ends it; a second call does nothing */
  async take(): Promise<() => void> {
    if (this.#count < this.#most) this.#count += 1;
    else await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const next = this.#waiting.shift();
      // The turn is handed on.
      if (next === undefined) this.#count -= 1;
      else next();
    };
  }
}
