import { completeOptimizer } from './optimizer-defaults.js';
import type { ObjectiveConfig, RunConfig } from './run-config.js';
import type { OptimizerConfig, ScheduleConfig } from './schema/optimizer.js';
import { defaultWorkers, type Machine } from './worker-plan.js';

/** A run that plays the article's game or a variant of it. */
export type ForgettingConfig = RunConfig & { readonly objective: Extract<ObjectiveConfig, { kind: 'forgetting' }> };

/** PyTorch's Adam with its default moments, at a constant rate unless a schedule is given. */
export function plainAdam(learningRate: number, schedule: Partial<ScheduleConfig> = {}): OptimizerConfig {
  return completeOptimizer({ learningRate, schedule });
}

/** No eraser; the settings besides are those of one, for whoever gives a number of couplings. */
export const NO_ERASER: ForgettingConfig['objective']['eraser'] = { couplings: 0, width: 64, predictionWeight: 0.01 };

/** Nothing is kept but what rebuilds the example; the settings besides are those of one who keeps attributes. */
export const REBUILDING: Pick<
  ForgettingConfig['objective'], 'fairness' | 'jointly' | 'balanced' | 'rebuild' | 'rebuildWeight' | 'weights' | 'encoder' | 'head'
> = {
  fairness: 'parity',
  jointly: true,
  balanced: false,
  rebuild: true,
  rebuildWeight: 1,
  weights: {},
  encoder: { kind: 'by-input', width: 128, depth: 2 },
  head: { width: 64, depth: 1 },
};

/** Workers and one server on this machine alone. */
export function localCluster(machine: Machine): RunConfig['cluster'] {
  const workers = defaultWorkers(machine);
  return {
    engine: machine.engine,
    threads: 1,
    workers,
    servers: 1,
    shareGpus: false,
    oversubscribe: false,
    listen: null,
    advertise: null,
    insecurePlaintext: false,
    connections: 1,
    awaitWorkers: Math.max(1, workers),
    heartbeatSeconds: 1,
    stallSeconds: 60,
    patienceSeconds: 600,
    restarts: 5,
    strictBits: false,
  };
}
