import { entryOf, LetheError } from '@lethe/errors';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { BATCH_NORM_EPSILON } from './layers.js';
import type { ForwardContext, NetworkSpec, Networks } from './network.js';

/** Tensors by full name, "encoder.conv1.weight". */
export type TensorsByName = ReadonlyMap<string, Tensor>;

/** Mean and variance of one normalisation layer, [channels] each. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface TrainingNetworkOptions {
  readonly operations: Operations;
  readonly networks: readonly NetworkSpec[];
  readonly parameters: TensorsByName;
  /** One int32 [2] seed tensor for each dropout stream. */
  readonly seeds: Readonly<Record<'round' | 'step', Tensor>>;
  /** Takes the batch statistics (biased variance) that each normalisation computed, by full name. */
  readonly recordMoments: (normalisation: string, moments: Moments) => void;
  /** Networks that are in evaluation mode meanwhile, with the running statistics of each of their normalisations; none unless given. */
  readonly evaluated?: { readonly networks: ReadonlySet<string>; readonly statistics: ReadonlyMap<string, Moments> };
}

/** What a network computes with, by its place among all networks. */
type ContextOfNetwork = (network: NetworkSpec, position: number, isDeterministic: boolean) => ForwardContext;

/** Networks in training mode: statistics of the batch, dropout by seed. Those named in `evaluated` are in evaluation mode. */
export function trainingNetworks({ evaluated, ...options }: TrainingNetworkOptions): Networks {
  const training = trainingContext(options);
  if (evaluated === undefined) return bind(options.networks, training);
  const evaluation = evaluationContext({ ...options, statistics: evaluated.statistics });
  return bind(options.networks, (network, ...rest) => (evaluated.networks.has(network.name) ? evaluation : training)(network, ...rest));
}

function trainingContext({ operations, parameters, seeds, recordMoments }: Omit<TrainingNetworkOptions, 'evaluated'>): ContextOfNetwork {
  return (network, position, isDeterministic) => {
    let masks = 0;
    const record = isDeterministic ? () => undefined : recordMoments;
    return {
      operations,
      parameter: (name) => entryOf(parameters, `${network.name}.${name}`, STATE),
      batchNorm: (name, input) => {
        const [scale, shift] = scaleAndShift(parameters, `${network.name}.${name}`);
        const { output, mean, variance } = operations.batchNormTrain(input, scale, shift, BATCH_NORM_EPSILON);
        record(`${network.name}.${name}`, { mean, variance });
        return output;
      },
      batchNormByDomain: (name, input, { domains }) => {
        const [scale, shift] = scaleAndShift(parameters, `${network.name}.${name}`);
        const [examples = 0, ...shape] = input.shape;
        const count = examples / domains.length;
        const parts = domains.map((domain, index) => {
          const part = operations.slice(input, [index * count, ...shape.map(() => 0)], [count, ...shape]);
          const { output, mean, variance } = operations.batchNormTrain(part, scale, shift, BATCH_NORM_EPSILON);
          record(`${network.name}.${name}@${domain}`, { mean, variance });
          return output;
        });
        return operations.concat(parts, 0);
      },
      dropout: (input, rate) => {
        if (rate === 0 || isDeterministic) return input;
        masks += 1;
        return operations.dropout(input, rate, seeds[network.dropoutStream], position * SALTS_PER_NETWORK + masks);
      },
      noise: (shape) => {
        if (isDeterministic) return null;
        masks += 1;
        return operations.normal(shape, seeds[network.dropoutStream], position * SALTS_PER_NETWORK + masks);
      },
    };
  };
}

export interface EvaluationNetworkOptions {
  readonly operations: Operations;
  readonly networks: readonly NetworkSpec[];
  readonly parameters: TensorsByName;
  /** Running statistics by the normalisation's full name. */
  readonly statistics: ReadonlyMap<string, Moments>;
  /** An int32 [2] tensor that noise is drawn by; without it there is none. */
  readonly noiseSeed?: Tensor;
}

/** Networks in evaluation mode: running statistics, no dropout. */
export function evaluationNetworks(options: EvaluationNetworkOptions): Networks {
  return bind(options.networks, evaluationContext(options));
}

function evaluationContext({ operations, parameters, statistics, noiseSeed }: EvaluationNetworkOptions): ContextOfNetwork {
  return (network, position) => ({
    operations,
    parameter: (name) => entryOf(parameters, `${network.name}.${name}`, STATE),
    batchNorm: (name, input) => {
      const [scale, shift] = scaleAndShift(parameters, `${network.name}.${name}`);
      const { mean, variance } = entryOf(statistics, `${network.name}.${name}`, STATE);
      return operations.batchNormEval(input, { scale, shift }, { mean, variance }, BATCH_NORM_EPSILON);
    },
    batchNormByDomain: (name, input, { origins, domains }) => {
      const [scale, shift] = scaleAndShift(parameters, `${network.name}.${name}`);
      return domains.map((domain, index) => {
        const { mean, variance } = entryOf(statistics, `${network.name}.${name}@${domain}`, STATE);
        const isOfDomain = operations.reshape(operations.slice(origins, [0, index], [-1, 1]), [-1, ...input.shape.slice(1).map(() => 1)]);
        return operations.mul(operations.batchNormEval(input, { scale, shift }, { mean, variance }, BATCH_NORM_EPSILON), isOfDomain);
      }).reduce((sum, part) => operations.add(sum, part));
    },
    dropout: (input) => input,
    noise: (shape) => (noiseSeed === undefined ? null : operations.normal(shape, noiseSeed, position)),
  });
}

/** Whose entries parameters and statistics are, in messages. */
const STATE = 'the state of the networks';

/** More dropout and noise layers than any network has: keeps the draws of two networks with one seed apart. */
const SALTS_PER_NETWORK = 1000;

function bind(networks: readonly NetworkSpec[], contextOf: ContextOfNetwork): Networks {
  const bound = (name: string, isDeterministic: boolean): { network: NetworkSpec; context: ForwardContext } => {
    const position = networks.findIndex((network) => network.name === name);
    const network = networks[position];
    if (network === undefined) throw new TypeError(`no network is named ${name}`);
    return { network, context: contextOf(network, position, isDeterministic) };
  };
  const apply = (isDeterministic: boolean): Networks['apply'] => (name, ...inputs) => {
    const { network, context } = bound(name, isDeterministic);
    checkInput(network, inputs[0]);
    return network.forward(context, ...inputs);
  };
  return {
    apply: apply(false),
    applyDeterministic: apply(true),
    applyInverse: (name, ...inputs) => {
      const { network, context } = bound(name, false);
      if (network.inverse === undefined) throw new TypeError(`the network ${name} has no inverse`);
      return network.inverse(context, ...inputs);
    },
    ownLoss: (name, ...inputs) => {
      const { network, context } = bound(name, false);
      if (network.ownLoss === undefined) throw new TypeError(`the network ${name} has no loss of its own`);
      return network.ownLoss(context, ...inputs);
    },
  };
}

function checkInput({ name, inputShape }: NetworkSpec, input: Tensor | undefined): void {
  if (inputShape === undefined) return;
  const found = input?.shape ?? [];
  if (found.length === inputShape.length + 1 && inputShape.every((size, axis) => size === found[axis + 1])) return;
  throw new LetheError(
    'GAME_INVALID',
    `The network ${name} expects an input of [examples, ${inputShape.join(', ')}], `
      + `found ${input === undefined ? 'none' : `[${found.join(', ')}]`}. Its input shape is the first argument of sequential.`,
  );
}

function scaleAndShift(parameters: TensorsByName, normalisation: string): [Tensor, Tensor] {
  return [entryOf(parameters, `${normalisation}.weight`, STATE), entryOf(parameters, `${normalisation}.bias`, STATE)];
}
