import { errorCode, errorMessage } from '@lethe/errors';
import { describeDevice, planDevices, type DeviceRequest, type Gpu } from '@lethe/tensorflow';
import type { ThisMachine } from '@lethe/lethe';

/** The GPU of each worker (null: the CPU), or why they cannot be placed. */
export type WorkerPlacement = readonly (Gpu | null)[] | string;

/** Where a run would put its workers, or why it would refuse to. */
export function placeWorkers(request: DeviceRequest): WorkerPlacement {
  try {
    return planDevices(request);
  } catch (error) {
    if (errorCode(error) === 'DEVICE_PLAN_INVALID') return errorMessage(error);
    throw error;
  }
}

/** The same in words: "worker-1 on gpu 0, worker-2 on gpu 1". */
export function describePlacement(placement: WorkerPlacement): string {
  if (typeof placement === 'string') return placement;
  return placement.map((device, index) => `worker-${index + 1} on ${describeDevice(device)}`).join(', ');
}

/** The GPUs of a machine in words, or why there are none. */
export function describeGpus({ gpus, whyNoGpus }: Pick<ThisMachine, 'gpus' | 'whyNoGpus'>): string {
  return gpus.length === 0 ? (whyNoGpus ?? 'none found') : gpus.map((gpu) => `${describeDevice(gpu)}: ${gpu.model}`).join(', ');
}
