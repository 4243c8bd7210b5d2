/** A queue between a writer and one reader that waits for it. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Ends the reader; what it has not read is gone. */
  end(): void {
    this.#ended = true;
    this.#items.length = 0;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<T, void> {
    while (!this.#ended) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else await this.#arrival();
    }
  }

  async #arrival(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
  }
}
