import { fileURLToPath } from 'node:url';

export const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
export const COORDINATOR = 'apps/coordinator/dist/main.js';

/** Of an even number the larger one of the two in the middle. */
export function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('--repeats: expected 1 or more');
  return middle;
}
