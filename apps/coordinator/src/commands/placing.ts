import { hosts, slurm, type Environment, type PlacingOptions } from '@lethe/lethe';
import type { PlacingWords } from '../command-line/placing-flags.js';

/** On whose machines a command says that workers run. @throws LetheError CONFIG_INVALID */
export function placingOptions({ on, coresPerWorker, gpusPerWorker, hosts: said }: PlacingWords, environment: Environment): PlacingOptions {
  const byHand = said === undefined ? undefined : hosts(said.list, said);
  return { coresPerWorker, gpusPerWorker, on: on === undefined ? byHand : slurm(environment) };
}
