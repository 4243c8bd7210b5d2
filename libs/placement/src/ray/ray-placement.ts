import type { PlacedProcess, Placement, ProcessToPlace } from '../placement.js';
import type { RayEvent } from './ray-event.js';
import type { RayModule } from './ray-module.js';
import { RayProcess } from './ray-process.js';

/** Bundles of a Ray cluster: each process is a child of an actor in one of them. One that finds none free waits. */
export class RayPlacement implements Placement {
  readonly name: string;
  readonly isHere = false;
  readonly #module: RayModule;
  readonly #processes = new Map<number, RayProcess>();
  #count = 0;
  /** Null: the module runs. */
  #whyGone: string | null = null;

  constructor(name: string, module: RayModule) {
    this.name = name;
    this.#module = module;
    void module.ended.then((why) => {
      this.#whyGone = why;
      for (const process of this.#processes.values()) process.end({ code: null, how: why, errors: '' });
    });
  }

  place(process: ProcessToPlace): PlacedProcess {
    this.#count += 1;
    const id = this.#count;
    const placed = new RayProcess(id, process, (wish) => { this.#module.tell(wish); });
    this.#processes.set(id, placed);
    void placed.ended.finally(() => { this.#processes.delete(id); });
    if (this.#whyGone !== null) placed.end({ code: null, how: this.#whyGone, errors: '' });
    return placed;
  }

  hear(event: RayEvent): void {
    if ('id' in event) this.#processes.get(event.id)?.hear(event);
  }

  close(): Promise<void> {
    return this.#module.close();
  }
}
