import { LetheError } from '@lethe/errors';

/** A card of this machine, or a part of one (MIG), that one worker computes on. */
export interface Gpu {
  /** Its name in `CUDA_VISIBLE_DEVICES`, whatever else is visible: `GPU-...`, a part `MIG-...`. */
  readonly id: string;
  /** Number of the card as `nvidia-smi` counts, by the bus; parts of a card share it. */
  readonly index: number;
  /** The `id` of the card. */
  readonly card: string;
  /** Such as `NVIDIA L4`, or for a part `NVIDIA A100-SXM4-40GB MIG 1g.5gb`. */
  readonly model: string;
}

/** What `planDevices` distributes, and among how many workers. */
export interface DeviceRequest {
  readonly gpus: readonly Gpu[];
  readonly workers: number;
  /** Let several workers compute on one GPU. */
  readonly allowSharing: boolean;
}

/** The GPU of each worker, or null for a worker that computes on the CPU. @throws LetheError DEVICE_PLAN_INVALID */
export function planDevices({ gpus, workers, allowSharing }: DeviceRequest): (Gpu | null)[] {
  if (!Number.isInteger(workers) || workers < 0) {
    throw new LetheError('DEVICE_PLAN_INVALID', `The number of workers must be a whole number, got ${workers}.`);
  }
  if (workers > gpus.length && gpus.length > 0 && !allowSharing) {
    const models = gpus.map(({ model }) => model);
    throw new LetheError(
      'DEVICE_PLAN_INVALID',
      `${workers} workers do not fit on ${gpus.length} ${gpus.length === 1 ? 'GPU' : 'GPUs'} (${models.join(', ')}): each ` +
        `worker takes one. Start at most ${gpus.length}, or allow workers to share a GPU.`,
      { details: { gpus: models, workers } },
    );
  }
  return Array.from({ length: workers }, (_, worker) => gpus[worker % gpus.length] ?? null);
}

/** A device for messages: `gpu 0`, `gpu 0 (MIG-...)` or `the cpu`. */
export function describeDevice(gpu: Gpu | null): string {
  if (gpu === null) return 'the cpu';
  return gpu.id === gpu.card ? `gpu ${gpu.index}` : `gpu ${gpu.index} (${gpu.id})`;
}
