import type { MeasuringProgress } from '@lethe/telemetry';

/** Work of one kind. */
interface Work {
  readonly what: string;
  /** Of one piece, in the unit of all. */
  readonly cost: number;
  readonly pieces: number;
  done: number;
}

/** Of the work that has to be done before it says how long the rest takes. */
const LEAST_SHARE = 0.1;

/** What is to be measured and how far it is: each piece of work counts by what it costs beside the others. */
export class MeasuringWork {
  readonly #works: Work[] = [];
  readonly #show: (progress: MeasuringProgress) => void;
  readonly #clock: () => number;
  readonly #startedSeconds: number;

  /** @param clock seconds since any moment */
  constructor(show: (progress: MeasuringProgress) => void, clock: () => number = () => performance.now() / 1000) {
    this.#show = show;
    this.#clock = clock;
    this.#startedSeconds = clock();
  }

  /** There is this to do, which is shown until all of its pieces are done. @returns says that one of them is */
  expect(what: string, cost: number, pieces = 1): () => void {
    const work: Work = { what, cost, pieces, done: 0 };
    this.#works.push(work);
    this.#changed();
    return () => {
      work.done += 1;
      this.#changed();
    };
  }

  #changed(): void {
    const sum = (of: (work: Work) => number): number => this.#works.reduce((all, work) => all + of(work), 0);
    const [done, total] = [sum((work) => work.done * work.cost), sum((work) => work.pieces * work.cost)];
    const seconds = this.#clock() - this.#startedSeconds;
    this.#show({
      what: this.#works.find((work) => work.done < work.pieces)?.what ?? '',
      done: sum((work) => work.done),
      total: sum(({ pieces }) => pieces),
      share: total === 0 ? 1 : done / total,
      secondsLeft: done < LEAST_SHARE * total ? null : (seconds * (total - done)) / done,
    });
  }
}
