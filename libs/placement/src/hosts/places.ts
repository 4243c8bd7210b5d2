import type { HostPlaces } from './host-list.js';

/** Room for one process on a host. */
export interface HostPlace {
  readonly host: string;
  /** Which of the host's places this is, from 0. */
  readonly index: number;
}

interface KeptPlace extends HostPlace {
  /** The process that is in it; null: it is free. */
  taken: string | null;
  /** The process that was in it last; null: it never had one. */
  last: string | null;
}

interface Waiting {
  readonly name: string;
  readonly resolve: (place: HostPlace) => void;
}

/**
 * Who is where. A process that is placed again gets the place that it had, if that is free and its host could be reached. Any other gets
 * one that nobody had yet, in the order of the list, or else the one that has been free longest; those of hosts that could not be reached
 * come last.
 */
export class Places {
  /** In the order in which they are given away. */
  #places: KeptPlace[];
  /** In the order in which they came. */
  #queue: Waiting[] = [];
  readonly #unreached = new Set<string>();

  constructor(hosts: readonly HostPlaces[]) {
    this.#places = hosts.flatMap(({ host, places }) =>
      Array.from({ length: places }, (_, index) => ({ host, index, taken: null, last: null })),
    );
  }

  /** Waits for the place of that process from now on; null: it was given up first. */
  take(name: string, signal: AbortSignal): Promise<HostPlace | null> {
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        resolve(null);
      };
      const waiting: Waiting = {
        name,
        resolve: (place) => {
          signal.removeEventListener('abort', giveUp);
          resolve(place);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queue.push(waiting);
      this.#give();
    });
  }

  /** @param wasReached whether its host could be reached */
  free(freed: HostPlace, wasReached: boolean): void {
    if (wasReached) this.#unreached.delete(freed.host);
    else this.#unreached.add(freed.host);
    const place = this.#places.find((kept) => kept === freed);
    if (place === undefined) return;
    place.taken = null;
    this.#places = [...this.#places.filter((kept) => kept !== place), place];
    this.#give();
  }

  #give(): void {
    for (let [first] = this.#queue; first !== undefined; [first] = this.#queue) {
      const place = this.#best(first.name);
      if (place === null) return;
      [place.taken, place.last] = [first.name, first.name];
      this.#queue = this.#queue.slice(1);
      first.resolve(place);
    }
  }

  /** The free place that suits that process best; null: none is free. */
  #best(name: string): KeptPlace | null {
    const rank = (place: KeptPlace): number => (
      (this.#unreached.has(place.host) ? 4 : 0) + (place.last === name ? 0 : place.last === null ? 1 : 2)
    );
    return this.#places
      .filter(({ taken }) => taken === null)
      .reduce<KeptPlace | null>((found, place) => (found === null || rank(place) < rank(found) ? place : found), null);
  }
}
