import { z } from 'zod';
import { count, positive, share } from './numbers.js';

/** A factor on the learning rate, a pure function of the global round. */
const scheduleSchema = z.strictObject({
  /** `annealed`: Ganin and Lempitsky's (1 + 10 p)^-0.75 at progress p. */
  kind: z.enum(['constant', 'linear', 'cosine', 'annealed']),
  /** Rounds at the beginning over which the rate climbs linearly from 0. */
  warmupRounds: count,
  /** Share of the rate that is left in the last round (ignored by `constant` and `annealed`). */
  finalFactor: z.number().min(0).max(1),
  /** Share of the rounds over which the rate changes; behind them it stays what it is then. */
  until: z.number().gt(0).max(1),
});

export const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'), learningRate: positive, beta1: share, beta2: share, epsilon: positive, schedule: scheduleSchema,
  }),
  z.strictObject({ kind: z.literal('sgd'), learningRate: positive, momentum: share, schedule: scheduleSchema }),
]).meta({ id: 'OptimizerSettings' });

export type OptimizerConfig = z.infer<typeof optimizerSchema>;
export type ScheduleConfig = z.infer<typeof scheduleSchema>;
