/** What decides the defaults of a run: cores this process may use, GPUs found, the engine that can be loaded. */
export interface Machine {
  readonly cores: number;
  readonly gpus: number;
  readonly engine: 'native' | 'wasm';
}

/** Workers to start if the user does not say: one per GPU, else one per two cores, at least one. */
export function defaultWorkers({ cores, gpus, engine }: Machine): number {
  return engine === 'native' && gpus > 0 ? gpus : Math.max(1, Math.floor(cores / 2));
}

/** Operations that one worker may run at the same time so that all workers together fill the cores. */
export function interOpThreads(cores: number, workers: number): number {
  return Math.max(1, Math.floor(cores / Math.max(1, workers)));
}
