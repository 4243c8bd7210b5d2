import type { OptimizerConfig, ScheduleConfig } from './schema/optimizer.js';

const CONSTANT: ScheduleConfig = { kind: 'constant', warmupRounds: 0, finalFactor: 0, until: 1 };
/** What an optimiser of a kind has besides its rate and its schedule, unless it is said. */
export const OPTIMIZER_DEFAULTS = { adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, sgd: { momentum: 0 } } as const;

/** PyTorch's default of Adam. */
const RATE = 1e-3;

/** An optimiser of which anything may be left out. */
export type PartialOptimizer = (
  | { readonly kind?: 'adam'; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number }
  | { readonly kind: 'sgd'; readonly momentum?: number }
) & { readonly learningRate?: number; readonly schedule?: Partial<ScheduleConfig> };

/** The optimiser with PyTorch's defaults for what is left out: Adam, unless it says otherwise, at a constant rate of 0.001. */
export function completeOptimizer(given: PartialOptimizer = {}): OptimizerConfig {
  const { learningRate = RATE, schedule = {}, ...own } = given;
  const common = { learningRate, schedule: { ...CONSTANT, ...schedule } };
  if (own.kind === 'sgd') return { ...OPTIMIZER_DEFAULTS.sgd, ...own, ...common };
  return { ...OPTIMIZER_DEFAULTS.adam, ...own, kind: 'adam', ...common };
}
