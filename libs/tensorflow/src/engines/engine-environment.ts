import type { Gpu } from '../devices/plan-devices.js';

/** How a process' TensorFlow is to behave. */
export interface EngineSettings {
  /** Threads inside one operation. Part of the result: other numbers of threads give other bits. */
  readonly threads: number;
  /** Operations at a time; does not change the result. */
  readonly interOpThreads: number;
  /** The GPU to compute on, or null for none. */
  readonly gpu: Pick<Gpu, 'id'> | null;
}

/** The variables a process that will load an engine must be started with. */
export function engineEnvironment({ threads, interOpThreads, gpu }: EngineSettings): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(interOpThreads),
    TF_CPP_MIN_LOG_LEVEL: '3',
    // An id means the same GPU whatever order CUDA numbers them in, and is all that parts of a card have.
    CUDA_VISIBLE_DEVICES: gpu === null ? '-1' : gpu.id,
    TF_DETERMINISTIC_OPS: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    NVIDIA_TF32_OVERRIDE: '0',
  };
}
