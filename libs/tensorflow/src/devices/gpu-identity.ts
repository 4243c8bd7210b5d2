import { execFile } from 'node:child_process';

import { findGpus } from './find-gpus.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Stands for what no tool says about a GPU. */
const UNKNOWN = 'unknown';

/**
 * What the bits of a GPU depend on, as one word: its model (with the profile of a part), compute capability and driver, such as
 * `NVIDIA-A100-SXM4-40GB-MIG-3g.20gb/8.0/550.54.15`.
 *
 * @param environment of the process that computes: it computes on the first GPU that these variables leave visible
 */
export async function gpuIdentity(environment: Environment): Promise<string> {
  const [gpu] = (await findGpus(environment, true)).gpus;
  if (gpu === undefined) return UNKNOWN;
  return [gpu.model, ...(await queried(gpu.card, environment))].map((part) => part.trim().replaceAll(/\s+/g, '-')).join('/');
}

/** Compute capability and driver of a card. */
function queried(card: string, environment: Environment): Promise<string[]> {
  return new Promise((resolve) => {
    const query = ['--query-gpu=uuid,compute_cap,driver_version', '--format=csv,noheader'];
    execFile('nvidia-smi', query, { env: environment }, (error, output) => {
      const rows = error === null ? output.split('\n').map((line) => line.split(',').map((cell) => cell.trim())) : [];
      const [, capability = UNKNOWN, driver = UNKNOWN] = rows.find(([uuid]) => uuid === card) ?? [];
      resolve([capability, driver]);
    });
  });
}
