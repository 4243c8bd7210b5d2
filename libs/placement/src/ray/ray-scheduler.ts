import { foreignText, LetheError } from '@lethe/errors';
import type { Placement, Resources } from '../placement.js';
import type { PlacementOpening, Scheduler } from '../scheduler.js';
import type { RayEvent } from './ray-event.js';
import { RayModule } from './ray-module.js';
import { RayPlacement } from './ray-placement.js';

export interface RayOptions {
  /** Of the cluster, as Ray takes it: `HOST:PORT`, or `auto` for the one that this machine is a node of. */
  readonly address: string;
  /** Name or path of a Python that has the package `ray`, both of the versions that the cluster has. */
  readonly python: string;
  /** Path of the folder of the module of Python that speaks to Ray. */
  readonly module: string;
  /** Cores that are held on this node, for what runs beside whoever places processes. 0: none. */
  readonly ownCores: number;
  /** Seconds to wait for room, machines that the cluster has yet to start included; null: until those that it has are free. */
  readonly waitSeconds: number | null;
}

/** Ray's own client is on no node of the cluster, on which servers and their workers could reach each other. */
const CLIENT = /^ray:\/\//;

/** A cluster of Ray, in which a placement group holds a bundle of resources for each process. */
export class RayScheduler implements Scheduler {
  readonly name = 'Ray';
  readonly places = null;
  readonly #options: RayOptions;

  /** @throws LetheError CONFIG_INVALID if the address is of Ray's client */
  constructor(options: RayOptions) {
    if (CLIENT.test(options.address)) {
      const expected = 'expected HOST:PORT or auto, on a machine that is a node of the cluster';
      throw new LetheError('CONFIG_INVALID', `address of Ray: ${expected}, found ${options.address}`);
    }
    this.#options = options;
  }

  /** @throws LetheError PLACEMENT_FAILED in Ray's words, with what is there and what is wanted; INTERRUPTED */
  async open({ processes, resources, environment, signal, onNotice }: PlacementOpening): Promise<Placement> {
    const { address, python, module: folder, ownCores, waitSeconds } = this.#options;
    signal.throwIfAborted();
    let hear: (event: RayEvent) => void = () => undefined;
    const module = new RayModule({ python, module: folder, environment, onEvent: (event) => { hear(event); } });
    const opened = new Promise<string>((resolve, reject) => {
      const fail = (why: string): void => { reject(new LetheError('PLACEMENT_FAILED', foreignText(why))); };
      void module.ended.then(fail);
      signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true });
      hear = (event) => {
        if (event.event === 'waiting') onNotice(event.line);
        else if (event.event === 'opened') resolve(`Ray at ${event.address}`);
        else if (event.event === 'failed') fail(event.why);
      };
    });
    try {
      const own = ownCores === 0 ? null : { CPU: ownCores };
      module.tell({ address, bundle: bundleOf(resources), processes, own, waitSeconds });
      const placement = new RayPlacement(await opened, module);
      hear = (event) => { placement.hear(event); };
      return placement;
    } catch (error) {
      module.kill();
      await module.ended;
      throw error;
    }
  }
}

/** Ray counts cores, and has to be told a number. */
function bundleOf({ cores, gpus }: Resources): Readonly<Record<'CPU' | 'GPU', number>> {
  return { CPU: cores ?? 1, GPU: gpus };
}
