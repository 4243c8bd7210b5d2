import { ALL_PROGRAMS, bringUpToDate } from './bundle.mjs';

/** For tests that start the programs: what they run is what stands in `src`. @public to vitest */
export async function setup(): Promise<void> {
  await bringUpToDate(ALL_PROGRAMS);
}
