import { errorCode, errorMessage } from '@lethe/errors';
import { planDevices, type DeviceRequest } from '@lethe/tensorflow';
import type { ThisMachine } from '../this-machine.js';

/** The GPU of each worker (null: the CPU), or why they cannot be placed. */
export type WorkerPlacement = readonly (number | null)[] | string;

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
  return placement.map((device, index) => `worker-${index + 1} on ${device === null ? 'the cpu' : `gpu ${device}`}`).join(', ');
}

/** The GPUs of a machine in words, and whether TensorFlow can compute on them as it is set up. */
export function describeGpus({ gpus, unusableGpus }: Pick<ThisMachine, 'gpus' | 'unusableGpus'>): string {
  if (unusableGpus.length > 0) return `${unusableGpus.join(', ')}: not used, TensorFlow is not set up with CUDA`;
  return gpus.length === 0 ? 'none found' : gpus.join(', ');
}
