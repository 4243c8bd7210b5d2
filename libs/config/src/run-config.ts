import { z } from 'zod';
import { dataSchema } from './schema/data.js';
import { domainAdaptationSchema } from './schema/domain-adaptation.js';
import { forgettingSchema } from './schema/forgetting.js';
import { count, positive, positiveInteger, powerOfTwo, share } from './schema/numbers.js';

const objectiveSchema = z.discriminatedUnion('kind', [forgettingSchema, domainAdaptationSchema]);

/** Looks at the target's labels: what it chooses is no honest measure of the target. */
export const TARGET_ACCURACY = 'target_accuracy';

/** Figures that can be watched, by objective: of held-out examples, and the one of the target's test examples. */
export const FIGURES = {
  forgetting: ['reconstruction_mse', 'classifier_loss', 'classifier_accuracy'],
  'domain-adaptation': ['label_loss', 'label_accuracy', TARGET_ACCURACY],
} as const satisfies Readonly<Record<z.infer<typeof objectiveSchema>['kind'], readonly string[]>>;

export const runConfigSchema = z.strictObject({
  recipe: z.string().min(1),
  seed: z.int().min(0).max(2 ** 31 - 1),
  data: dataSchema,
  objective: objectiveSchema,
  /** Decay per round of the average of the nets that are used after training, which is evaluated in their place; null: none. */
  averaging: share.nullable(),
  /** Bound on each group's global gradient norm; null: none. */
  clipNorm: positive.nullable(),
  batchSize: positiveInteger,
  shards: powerOfTwo,
  /** Length of the run: one of the two is set. */
  epochs: positiveInteger.nullable(),
  rounds: positiveInteger.nullable(),
  /** Figure to watch, of the held-out examples unless it is that of the target, and epochs without a better one before the run stops (null: never). */
  monitor: z.enum([...FIGURES.forgetting, ...FIGURES['domain-adaptation']]),
  patience: positiveInteger.nullable(),
  /** At the ends of epochs, and after every so many rounds besides (null: not); the last `keep` of them stay. */
  checkpoints: z.strictObject({ everyEpochs: positiveInteger, everyRounds: positiveInteger.nullable(), keep: positiveInteger }),
  /** Style grid every epoch. */
  grid: z.boolean(),
  /** Measure what was forgotten at the end of the run. */
  evaluation: z.boolean(),
  cluster: z.strictObject({
    engine: z.enum(['native', 'wasm']),
    /** Threads inside one operation; changes the bits, so never derived from the number of workers. */
    threads: positiveInteger,
    workers: count,
    servers: positiveInteger,
    /** Let several workers share a GPU. */
    shareGpus: z.boolean(),
    /** Start more than four workers, or servers, here for each core of this machine. */
    oversubscribe: z.boolean(),
    /** Null: this machine only, over ipc. Else the address at which workers from elsewhere join. */
    listen: z.string().min(1).nullable(),
    /** Host by which workers elsewhere reach this machine, where it listens on all of its interfaces; null: each by the one that it joined at. */
    advertise: z.string().min(1).nullable(),
    insecurePlaintext: z.boolean(),
    /** Workers to wait for before the first round (those started here included). */
    awaitWorkers: count,
    /** How often processes say that they live; the shards of a worker that misses two of these move to others. */
    heartbeatSeconds: positive,
    /** Silence after which a process counts as dead. */
    stallSeconds: positive,
    /** How long a run with no worker left waits for one. */
    patienceSeconds: positive,
    /** How often in a row a process may die before it has got anywhere. */
    restarts: count,
    /** Refuse workers that may compute other bits than each other, or than those that computed the run so far. */
    strictBits: z.boolean(),
  }),
});

export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>;
export type ObjectiveConfig = RunConfig['objective'];
