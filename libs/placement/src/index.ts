export { LocalPlacement } from './local-placement.js';
export type { PlacedProcess, Placement, ProcessEnd, ProcessToPlace, Resources } from './placement.js';
export { RayScheduler, type RayOptions } from './ray/ray-scheduler.js';
export type { PlacementOpening, Scheduler } from './scheduler.js';
export { parseHosts, type HostPlaces } from './hosts/host-list.js';
export { sshHosts, type SshHostsOptions } from './hosts/ssh-hosts.js';
export { SlurmPlacement, type SlurmPlacementOptions } from './slurm/slurm-placement.js';
