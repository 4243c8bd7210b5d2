import { transpileWorkspace } from './apps/coordinator/bin/transpile.mjs';

/** For tests that start the programs: what they run is what stands in `src`. @public to vitest */
export async function setup(): Promise<void> {
  await transpileWorkspace(import.meta.dirname);
}
