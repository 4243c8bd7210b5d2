import { hosts, ray, slurm, type Environment, type PlacingOptions } from '@lethe/lethe';
import type { PlacingWords } from '../command-line/placing-flags.js';

/** On whose machines a command says that workers run. @throws LetheError CONFIG_INVALID */
export function placingOptions(words: PlacingWords, environment: Environment): PlacingOptions {
  const { coresPerWorker, gpusPerWorker } = words;
  return { coresPerWorker, gpusPerWorker, on: schedulerOf(words, environment) };
}

function schedulerOf({ on, hosts: byHand, ray: cluster }: PlacingWords, environment: Environment): PlacingOptions['on'] {
  switch (on) {
    case 'slurm':
      // As before the time of the job is over.
      return slurm(environment, { onPreempted: () => { process.kill(process.pid, 'SIGHUP'); } });
    case 'ray':
      return ray(cluster);
    case undefined:
      return byHand === undefined ? undefined : hosts(byHand.list, byHand);
  }
}
