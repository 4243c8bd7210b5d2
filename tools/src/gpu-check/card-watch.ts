import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two questions to the driver. */
const INTERVAL_MS = 1000;

/** A card as the driver's tool describes it. */
export interface CardState {
  readonly index: string;
  readonly model: string;
  readonly driver: string;
  readonly computeCapability: string;
  readonly totalMiB: number;
  readonly usedMiB: number;
}

/** State of all cards by the driver's tool; empty without the tool. */
function readCards(environment: Readonly<Record<string, string | undefined>>): Promise<readonly CardState[]> {
  const fields = 'index,name,driver_version,compute_cap,memory.total,memory.used';
  return new Promise((resolve) => {
    execFile('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader'], { env: environment }, (error, output) => {
      const rows =
        error === null
          ? output
              .trim()
              .split('\n')
              .map((line) => line.split(',').map((cell) => cell.trim()))
          : [];
      resolve(
        rows.map(([index = '', model = '', driver = '', computeCapability = '', total = '', used = '']) => ({
          index,
          model,
          driver,
          computeCapability,
          totalMiB: Number.parseInt(total, 10),
          usedMiB: Number.parseInt(used, 10),
        })),
      );
    });
  });
}

/** Watches how much memory of the cards all programs together use. */
export class CardWatch {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #most = new Map<string, CardState>();
  readonly #over = new AbortController();
  readonly #watching: Promise<void>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
    this.#watching = this.#watch();
  }

  /** Stops. @returns each card when most of its memory was used */
  async end(): Promise<readonly CardState[]> {
    this.#over.abort();
    await this.#watching;
    return [...this.#most.values()];
  }

  async #watch(): Promise<void> {
    for (;;) {
      const cards = await readCards(this.#environment);
      for (const card of cards) if (card.usedMiB >= (this.#most.get(card.index)?.usedMiB ?? 0)) this.#most.set(card.index, card);
      if (this.#over.signal.aborted || cards.length === 0) return;
      await sleep(INTERVAL_MS, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
  }
}
