import { COUNT, type HelpedFlag } from '@lethe/config/flags';
import type { FlagReader } from './flag-values.js';

/** What flags say of the machines that workers run on. Undefined: not said. */
export interface PlacingWords {
  readonly coresPerWorker: number | undefined;
  readonly gpusPerWorker: number | undefined;
}

/** Flags that say on whose machines workers run, or the runs of a sweep. */
export const PLACING_FLAGS: readonly HelpedFlag[] = [
  { name: 'cores-per-worker', help: 'cores of each worker elsewhere', value: COUNT, otherwise: 'what its machine leaves it' },
  { name: 'gpus-per-worker', help: 'GPUs of each worker elsewhere: 0 or 1', value: COUNT, otherwise: '0' },
];

/** Reads these flags, and keeps what is wrong with them. */
export function readPlacing(reader: FlagReader): PlacingWords {
  return { coresPerWorker: reader.count('cores-per-worker') ?? undefined, gpusPerWorker: reader.count('gpus-per-worker') ?? undefined };
}
