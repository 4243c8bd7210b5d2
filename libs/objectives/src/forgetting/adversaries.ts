import { entryOf } from '@lethe/errors';
import type { FaderMaps, NetworkSpec } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForgottenAttribute } from '../game-facts.js';
import { countedMean, type Classified } from '../losses.js';
import type { FreshStart, LossContext } from '../objective.js';
import { ADVERSARY_KINDS, type AdversaryOptions } from './adversary-kinds.js';
import { forgottenValues, type Placed } from './attribute-values.js';

/** Of what the latent is to tell nothing: of the attribute, or of the attribute given the kept label. */
export type Independence = 'parity' | 'odds';

export interface AdversariesOptions {
  readonly adversary: AdversaryOptions;
  /** Those that have adversaries. */
  readonly attributes: readonly Placed<ForgottenAttribute>[];
  readonly latentSize: number;
  /** The maps that the latent is; null: it is none. */
  readonly maps: FaderMaps | null;
  /** Classes of the label, which the adversaries read beside the latent under `odds`. */
  readonly classes: number;
  readonly independence: Independence;
  /** Whether some training examples have no label: under `odds` they do not count. */
  readonly lacksLabels: boolean;
  /** Categories weigh alike, however frequent they are; under `odds` in each class of the label, and these classes weigh alike too. */
  readonly balanced: boolean;
}

/** What an adversary says of a batch, and what is true. */
export interface Answer extends Classified {
  readonly attribute: string;
  /** How much each example counts, [examples]; null: all alike. */
  readonly counted: Tensor | null;
  /** Nats of its error where it knows the attribute's shares alone: scalar. */
  readonly chance: Tensor;
}

/** An adversary and what it reads, in the order of its answers. */
interface Reader {
  readonly network: NetworkSpec;
  readonly attributes: readonly Placed<ForgottenAttribute>[];
}

/** The networks that read the forgotten attributes from the latent, the encoder's opponents. */
export class Adversaries {
  readonly networks: readonly NetworkSpec[];
  readonly freshStarts: readonly FreshStart[];
  readonly #options: AdversariesOptions;
  readonly #readers: readonly Reader[];

  constructor(options: AdversariesOptions) {
    const { adversary, attributes, latentSize, classes, independence, maps } = options;
    const kind = ADVERSARY_KINDS[adversary.kind];
    const input = { latentSize, maps, told: independence === 'odds' ? classes : 0 };
    this.#options = options;
    this.#readers = (kind.isShared ? [attributes] : attributes.map((one) => [one])).flatMap((read, index) => (
      membersOf(adversary, index).map((name) => {
        const categories = read.map(({ attribute }) => attribute.categories.length);
        return { network: kind.network(adversary, input, { name, categories }), attributes: read };
      })
    ));
    this.networks = this.#readers.map(({ network }) => network);
    this.freshStarts = freshStarts(adversary, kind.isShared ? 1 : attributes.length);
  }

  /** What each adversary says of each attribute of the batch that it reads. */
  read(context: LossContext, latent: Tensor): Answer[] {
    const { operations, networks, batch } = context;
    const inputs = this.#inputs(context, latent);
    const truths = new Map(this.#options.attributes.map((placed) => {
      const labels = forgottenValues(batch, placed);
      const truth = { operations, labels, attribute: placed.attribute.name, ...this.#counting(context, placed.attribute, labels) };
      return [placed.attribute.name, truth] as const;
    }));
    return this.#readers.flatMap(({ network, attributes }) => {
      const said = networks.apply(network.name, ...inputs);
      let begin = 0;
      return attributes.map(({ attribute }): Answer => {
        const count = attribute.categories.length;
        begin += count;
        const logProbabilities = attributes.length === 1 ? said : operations.slice(said, [0, begin - count], [-1, count]);
        return { ...entryOf(truths, attribute.name, 'the attributes'), logProbabilities };
      });
    });
  }

  /** The latent, and under `odds` the kept label beside it. */
  #inputs({ operations, batch }: LossContext, latent: Tensor): Tensor[] {
    const { adversary, independence } = this.#options;
    if (independence === 'parity') return [latent];
    return ADVERSARY_KINDS[adversary.kind].hasToldApart ? [latent, batch.labels] : [operations.concat([latent, batch.labels], 1)];
  }

  #counting(context: LossContext, attribute: ForgottenAttribute, values: Tensor): Pick<Answer, 'counted' | 'chance'> {
    const { operations } = context;
    const { independence, lacksLabels, balanced } = this.#options;
    const isAlike = attribute.missing === 0 && !balanced && (independence === 'parity' || !lacksLabels);
    const counted = isAlike ? null : operations.sum(operations.mul(values, this.#weights(context, attribute)), [1]);
    // Balanced, the categories that there are have equal shares.
    const natsOf = (counts: readonly number[]): number => (balanced ? Math.log(Math.max(1, presentOf(counts))) : entropyOf(counts));
    if (independence === 'parity') return { counted, chance: operations.constant([natsOf(attribute.counts)], []) };
    const ofLabels = attribute.countsByLabel.map(natsOf);
    const nats = operations.matMul(context.batch.labels, operations.constant(ofLabels, [ofLabels.length, 1]));
    return { counted, chance: countedMean({ operations, counted }, operations.reshape(nats, [-1])) };
  }

  /** Weight of each category, [1, categories], or of each category of each example, [examples, categories]. */
  #weights({ operations, batch }: LossContext, { categories, counts, countsByLabel }: ForgottenAttribute): Tensor {
    const { independence, balanced } = this.#options;
    const weigh = (of: readonly number[]): number[] => (balanced ? balancing(of) : categories.map(() => 1));
    if (independence === 'parity') return operations.constant(weigh(counts), [1, categories.length]);
    // Otherwise a rare class of the label would tell more than the others.
    const ofLabels = balanced ? balancing(countsByLabel.map((ofLabel) => ofLabel.reduce((sum, count) => sum + count, 0))) : null;
    const weights = countsByLabel.flatMap((ofLabel, label) => weigh(ofLabel).map((weight) => weight * (ofLabels?.[label] ?? 1)));
    // A row of zeros where there is no label.
    return operations.matMul(batch.labels, operations.constant(weights, [countsByLabel.length, categories.length]));
  }
}

/** Names of the members of that index among what has members: the attributes, or all of them together. The first has the article's. */
function membersOf({ members }: AdversaryOptions, index: number): string[] {
  return Array.from({ length: members }, (_, member) => {
    const number = index * members + member;
    return number === 0 ? 'classifier' : `classifier-${number + 1}`;
  });
}

/** One member after another starts afresh, so that the encoder never has only old opponents. @param sets of members */
function freshStarts(adversary: AdversaryOptions, sets: number): FreshStart[] {
  const { members, freshEveryRounds } = adversary;
  if (freshEveryRounds === null) return [];
  return Array.from({ length: sets }, (_, index) => membersOf(adversary, index)).flatMap((names) => names.map((network, member) => ({
    network,
    begins: (round: number) => round > 0 && round % freshEveryRounds === 0 && (round / freshEveryRounds) % members === member,
  })));
}

/** Nats that a value tells which has these counts. */
function entropyOf(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}

/** Weights with which categories of these counts weigh alike, with mean 1 over the examples. */
function balancing(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : total / (presentOf(counts) * count)));
}

function presentOf(counts: readonly number[]): number {
  return counts.filter((count) => count > 0).length;
}
