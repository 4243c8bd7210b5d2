import { RayScheduler, type Scheduler } from '@lethe/placement';
import { rayModule } from '@lethe/programs';

/** How a cluster of Ray is reached. */
export interface RayOptions {
  /** `HOST:PORT`, or `auto` for the cluster that this machine is a node of. Default: `auto`. */
  readonly address?: string | undefined;
  /** Name or path of a Python that has the package `ray`, both of the versions that the cluster has. Default: `python3`. */
  readonly python?: string | undefined;
  /** Cores of this node that are held too, for the coordinator and the parameter servers. Default: 0, none. */
  readonly ownCores?: number | undefined;
  /** Seconds to wait for room, machines that the cluster has yet to start included. Default: until those that it has are free. */
  readonly waitSeconds?: number | undefined;
}

/**
 * The cluster of Ray that this machine is a node of. Each node has Lethe of this version at the same path.
 * @throws LetheError CONFIG_INVALID if the address is of Ray's client
 */
export function ray({ address = 'auto', python = 'python3', ownCores = 0, waitSeconds }: RayOptions = {}): Scheduler {
  return new RayScheduler({ address, python, module: rayModule(), ownCores, waitSeconds: waitSeconds ?? null });
}
