import { MessageCutter, ownerOfLane, PartsJoiner, type Frames } from '@lethe/protocol';

/** What travels by one connection. */
interface OnLane {
  /** The connection's name. */
  readonly lane: string;
  readonly frames: Frames;
}

interface Worker {
  /** By which it was heard, its first one first. What is sent to a name that nobody has yet is lost. */
  readonly lanes: string[];
  readonly joiner: PartsJoiner;
  readonly cutter: MessageCutter;
}

/** The connections of workers that have several, and the parts of messages that are on their way by them. */
export class Lanes {
  readonly #workers = new Map<string, Worker>();

  /**
   * Takes what has arrived by a connection of this name.
   *
   * @returns a whole message; null while parts of it are missing
   * @throws LetheError MESSAGE_MALFORMED
   */
  join(lane: string, frames: Frames): Frames | null {
    const worker = this.#worker(ownerOfLane(lane));
    if (!worker.lanes.includes(lane)) worker.lanes.push(lane);
    return worker.joiner.join(frames);
  }

  /** A message to a worker, by its lanes. */
  cut(worker: string, frames: Frames): OnLane[] {
    const { lanes, cutter } = this.#worker(worker);
    const parts = cutter.cut(frames, lanes.length);
    return lanes.map((lane, index) => ({ lane, frames: parts[index] ?? [] }));
  }

  /** Forgets those of a worker that is gone, with what had come of its messages. */
  forget(worker: string): void {
    this.#workers.delete(worker);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#workers.clear();
  }

  #worker(name: string): Worker {
    const worker = this.#workers.get(name) ?? { lanes: [name], joiner: new PartsJoiner(), cutter: new MessageCutter() };
    this.#workers.set(name, worker);
    return worker;
  }
}
