/** Lets any number of loops wait for the next change of something. */
export class Changes {
  #wake: () => void = () => undefined;
  #next = this.#begin();

  /** Resolves at the next change. Take it before looking at what may change, so that no change is missed. */
  get next(): Promise<void> {
    return this.#next;
  }

  /** Something has changed: wakes all that wait. */
  notify(): void {
    const wake = this.#wake;
    this.#next = this.#begin();
    wake();
  }

  #begin(): Promise<void> {
    return new Promise((resolve) => { this.#wake = resolve; });
  }
}
