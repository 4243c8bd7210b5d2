import { ALL_PROGRAMS, bringUpToDate } from './bundle.mjs';
import { bringGeneratedUpToDate } from './generated-code.mjs';

/** For tests that start the programs: what they run is what stands in `src`. @public to vitest */
export async function setup(): Promise<void> {
  bringGeneratedUpToDate(() => undefined); // else a program would say that it does
  await bringUpToDate(ALL_PROGRAMS);
}
