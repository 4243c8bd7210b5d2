import { z } from 'zod';
import { dataSchema } from './schema/data.js';
import { domainAdaptationSchema } from './schema/domain-adaptation.js';
import { forgettingSchema } from './schema/forgetting.js';
import { ownSchema } from './schema/own.js';
import { probesSchema } from './schema/probes.js';
import { count, positive, positiveInteger, powerOfTwo, share } from './schema/numbers.js';

const objectiveSchema = z.discriminatedUnion('kind', [forgettingSchema, domainAdaptationSchema, ownSchema]);

/** A figure that looks at the target's labels: a checkpoint that it chooses is no honest measure of the target. */
export const TARGET_ACCURACY = 'target_accuracy';

/** Figures that can be watched, by objective. All are of held-out examples, but for the one of the target's test examples. */
export const FIGURES = {
  forgetting: ['reconstruction_mse', 'kept_loss', 'kept_score', 'classifier_loss', 'classifier_accuracy'],
  'domain-adaptation': ['label_loss', 'label_accuracy', TARGET_ACCURACY],
} as const satisfies Readonly<Record<Exclude<z.infer<typeof objectiveSchema>['kind'], 'own'>, readonly string[]>>;

/** Of a worker to a server. */
export const MOST_CONNECTIONS = 16;

export const runConfigSchema = z.strictObject({
  recipe: z.string().min(1),
  /**
   * Absolute path of the run's folder, or of what `lethe export` wrote, whose weights it starts from; null: from those that the seed draws.
   */
  initialWeights: z.string().min(1).nullable(),
  seed: z.int().min(0).max(2 ** 31 - 1),
  data: dataSchema,
  objective: objectiveSchema,
  /**
   * Decay, per committed version, of the average of those networks that are used after training; null: no average. Evaluation uses the
   * average in place of the networks.
   */
  averaging: share.nullable(),
  /** Bound on each group's global gradient norm; null: none. */
  clipNorm: positive.nullable(),
  batchSize: positiveInteger,
  shards: powerOfTwo,
  /** Length of the run: one of the two is set. */
  epochs: positiveInteger.nullable(),
  rounds: positiveInteger.nullable(),
  /** Figure to watch. It is measured on the held-out examples, except the one of the target. */
  monitor: z.string().min(1),
  /** Epochs without a better value of that figure after which the run stops; null: it never stops early. */
  patience: positiveInteger.nullable(),
  /** After every `everyEpochs` epochs and also after every `everyRounds` rounds (null: not). The last `keep` checkpoints stay. */
  checkpoints: z.strictObject({ everyEpochs: positiveInteger, everyRounds: positiveInteger.nullable(), keep: positiveInteger }),
  /** Style grid every epoch. */
  grid: z.boolean(),
  /** Measure at the end of the run what was forgotten. */
  evaluation: z.boolean(),
  /** Kinds of fresh probes that are trained on what the encoder makes of the images; without a part in adaptation. */
  probes: probesSchema,
  cluster: z.strictObject({
    engine: z.enum(['native', 'wasm']),
    /** Threads inside one operation. It changes the bits, so it is never derived from the number of workers. */
    threads: positiveInteger,
    workers: count,
    servers: positiveInteger,
    /** Let several workers share a GPU. */
    shareGpus: z.boolean(),
    /** Start more than four workers, or servers, here for each core of this machine. */
    oversubscribe: z.boolean(),
    /** Null: this machine only, over ipc. Else the address at which workers from elsewhere join. */
    listen: z.string().min(1).nullable(),
    /**
     * Host by which workers elsewhere reach this machine if it listens on all of its interfaces; null: each worker uses the host that it
     * joined at.
     */
    advertise: z.string().min(1).nullable(),
    insecurePlaintext: z.boolean(),
    /** Of each worker on another machine to each server. Where packets are lost, several together carry more than one does. */
    connections: z.int().min(1).max(MOST_CONNECTIONS),
    /** Workers to wait for before the first round (those started here included). */
    awaitWorkers: count,
    /** Seconds between two heartbeats of a process. The shards of a worker that misses two of them move to other workers. */
    heartbeatSeconds: positive,
    /** Silence after which a process counts as dead. */
    stallSeconds: positive,
    /** How long a run with no worker left waits for one. */
    patienceSeconds: positive,
    /** Number of times in a row that a process may die without good work in between. */
    restarts: count,
    /** Refuse workers whose bits may differ among each other, or from those of the workers that computed the run so far. */
    strictBits: z.boolean(),
  }),
});

export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>;
export type ObjectiveConfig = RunConfig['objective'];
