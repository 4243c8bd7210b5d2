import type { PlacingOptions } from '@lethe/lethe';
import type { PlacingWords } from '../command-line/placing-flags.js';

/** On whose machines a command says that workers run. */
export function placingOptions({ coresPerWorker, gpusPerWorker }: PlacingWords): PlacingOptions {
  return { coresPerWorker, gpusPerWorker };
}
