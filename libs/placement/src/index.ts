export { LocalPlacement } from './local-placement.js';
export type { PlacedProcess, Placement, ProcessEnd, ProcessToPlace, Resources } from './placement.js';
export { RayScheduler, type RayOptions } from './ray/ray-scheduler.js';
export type { PlacementOpening, Scheduler } from './scheduler.js';
export { SlurmPlacement, type SlurmPlacementOptions } from './slurm/slurm-placement.js';
