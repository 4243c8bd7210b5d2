import { execFile } from 'node:child_process';

import { LetheError } from '@lethe/errors';

/** What `planDevices` distributes. */
export interface DeviceRequest {
  /** The machine's GPUs in their order, as `listGpus` names them. */
  readonly gpus: readonly string[];
  readonly workers: number;
  /** Let several workers compute on one GPU. */
  readonly allowSharing: boolean;
}

/** The GPU index of each worker, or null for a worker that computes on the CPU. */
export function planDevices({ gpus, workers, allowSharing }: DeviceRequest): (number | null)[] {
  if (!Number.isInteger(workers) || workers < 0) {
    throw new LetheError('DEVICE_PLAN_INVALID', `The number of workers must be a whole number, got ${workers}.`);
  }
  if (gpus.length === 0) return Array.from({ length: workers }, () => null);
  if (workers > gpus.length && !allowSharing) {
    throw new LetheError(
      'DEVICE_PLAN_INVALID',
      `${workers} workers do not fit on ${gpus.length} ${gpus.length === 1 ? 'GPU' : 'GPUs'} (${gpus.join(', ')}): each ` +
        `worker takes one. Start at most ${gpus.length}, or allow workers to share a GPU.`,
      { details: { gpus: [...gpus], workers } },
    );
  }
  return Array.from({ length: workers }, (_, worker) => worker % gpus.length);
}

/** The NVIDIA GPUs of this machine by model, in the order of their indices; none without the driver's tools. */
export function listGpus(): Promise<string[]> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', ['-L'], { timeout: 10_000 }, (error, output) => {
      resolve(error ? [] : parseGpuList(output));
    });
  });
}

/** Reads lines such as `GPU 0: NVIDIA H100 (UUID: GPU-...)`. */
export function parseGpuList(output: string): string[] {
  return [...output.matchAll(/^GPU \d+: (.+?)(?: \(UUID:.*\))?$/gm)].map((match) => match[1] as string);
}
