/** How a process' TensorFlow is to behave. */
export interface EngineSettings {
  /** Threads inside one operation. Part of the result: other numbers of threads give other bits. */
  readonly threads: number;
  /** Operations at a time; does not change the result. */
  readonly interOpThreads: number;
  /** The GPU to compute on, by its index on this machine, or null for none. */
  readonly gpuIndex: number | null;
}

/** The variables a process that will load an engine must be started with. */
export function engineEnvironment({ threads, interOpThreads, gpuIndex }: EngineSettings): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(interOpThreads),
    TF_CPP_MIN_LOG_LEVEL: '3',
    // Without an order of its own CUDA numbers the fastest GPU 0, and nvidia-smi by the bus.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: gpuIndex === null ? '-1' : String(gpuIndex),
    TF_DETERMINISTIC_OPS: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    NVIDIA_TF32_OVERRIDE: '0',
  };
}
