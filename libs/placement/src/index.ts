export type { PlacedProcess, Placement, ProcessEnd, ProcessToPlace, Resources } from './placement.js';
export { SlurmPlacement, type SlurmPlacementOptions } from './slurm/slurm-placement.js';
export { ThisMachine } from './this-machine.js';
