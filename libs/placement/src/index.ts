export type { PlacedProcess, Placement, ProcessEnd, ProcessToPlace, Resources } from './placement.js';
export { ThisMachine } from './this-machine.js';
