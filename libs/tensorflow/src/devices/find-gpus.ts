import { execFile } from 'node:child_process';

import { foreignText } from '@lethe/errors';
import { isSetUpWithCuda } from '@lethe/tensorflow-setup';

import type { Gpu } from './plan-devices.js';
import { visibleGpus } from './visible-gpus.js';

/** A driver that has to start many cards first answers late. */
const PATIENCE_MS = 60_000;
const NO_ANSWER = `no answer within ${PATIENCE_MS / 1000} s`;

export interface FoundGpus {
  /** Those that TensorFlow can compute on here. */
  readonly gpus: readonly Gpu[];
  /** Why there are none although the machine seems to have some; null: no reason is known. */
  readonly whyNone: string | null;
}

/**
 * The GPUs that this process may use, by what the driver's tool lists and by the environment (see `visibleGpus`).
 *
 * @param hasCuda whether TensorFlow can compute on any, as it is set up
 * @throws LetheError DEVICE_PLAN_INVALID
 */
export async function findGpus(environment: Readonly<Record<string, string | undefined>>, hasCuda = isSetUpWithCuda()): Promise<FoundGpus> {
  const listed = await listGpus(environment);
  if (typeof listed === 'string') return { gpus: [], whyNone: listed };
  const gpus = visibleGpus(listed, environment);
  if (hasCuda || gpus.length === 0) return { gpus, whyNone: null };
  return { gpus: [], whyNone: `${gpus.map(({ model }) => model).join(', ')}: not used, TensorFlow is not set up with CUDA` };
}

/** What `nvidia-smi` lists, or why it lists nothing; where there is no such tool there is no driver. */
function listGpus(environment: Readonly<Record<string, string | undefined>>): Promise<readonly Gpu[] | string> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', ['-L'], { timeout: PATIENCE_MS, env: environment }, (error, output, problem) => {
      if (error === null) resolve(parseGpuList(output));
      else if (error.code === 'ENOENT') resolve([]);
      else resolve(`nvidia-smi -L failed: ${error.killed === true ? NO_ANSWER : firstLine(problem || output, error.message)}`);
    });
  });
}

/** The first line that a program printed, or what is given in its place. */
function firstLine(printed: string, otherwise: string): string {
  return foreignText(printed.trim().split('\n')[0] || otherwise);
}

/** Reads lines such as `GPU 0: NVIDIA L4 (UUID: GPU-...)`. A card that is divided is followed by its parts, which replace it. */
export function parseGpuList(output: string): Gpu[] {
  const gpus: Gpu[] = [];
  let card: Gpu | undefined;
  for (const line of output.split('\n')) {
    const [, index, model = '', id = ''] = /^GPU (\d+): (.+) \(UUID: (GPU-[^)]+)\)/.exec(line) ?? [];
    if (index !== undefined) gpus.push(card = { id, index: Number(index), card: id, model });
    const [, profile, part = ''] = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (profile === undefined || card === undefined) continue;
    if (gpus.at(-1) === card) gpus.pop();
    gpus.push({ ...card, id: part, model: `${card.model} MIG ${profile}` });
  }
  return gpus;
}
