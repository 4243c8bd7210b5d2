import { hosts, type PlacingOptions } from '@lethe/lethe';
import type { PlacingWords } from '../command-line/placing-flags.js';

/** On whose machines a command says that workers run. @throws LetheError CONFIG_INVALID */
export function placingOptions({ coresPerWorker, gpusPerWorker, hosts: said }: PlacingWords): PlacingOptions {
  return { coresPerWorker, gpusPerWorker, on: said === undefined ? undefined : hosts(said.list, said) };
}
