import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';

/**
 * The starting values of a tensor, as PyTorch draws them: U(-bound, bound) for weights and biases, normal numbers around 0 for embeddings,
 * constants for scale and shift, ones on the diagonal of the last two sizes for covariances.
 */
export type InitialValues =
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'identity' };

export interface TensorSpec {
  /** Within its network: "conv1.weight". */
  readonly name: string;
  /** Convolutions [height, width, in, out], transposed ones [height, width, out, in], linear layers [in, out]. */
  readonly shape: readonly number[];
  readonly initial: InitialValues;
}

/** A batch normalisation: scale and shift are tensors, the running statistics travel beside the gradients. */
export interface NormalisationSpec {
  readonly name: string;
  readonly channels: number;
  /** Values that one example gives to a channel's average: height * width of the input, 1 for dense features. */
  readonly samplesPerExample: number;
  /** It normalises what the network reads. Its running statistics say nothing of the network, and stay when that starts afresh. */
  readonly ofInputs?: true;
}

/** A network as a pure function of its parameters. Its tensors are described, so that they are known without running it. */
export interface NetworkSpec {
  readonly name: string;
  readonly tensors: readonly TensorSpec[];
  readonly normalisations: readonly NormalisationSpec[];
  /** `round`: the same dropout masks in every phase and inner step of a round (one z = E(x)); `step`: drawn for each inner step. */
  readonly dropoutStream: 'round' | 'step';
  /** The outputs for the inputs, which `apply` passes on. */
  readonly forward: (context: ForwardContext, ...inputs: Tensor[]) => Tensor;
  /** Of an invertible network: the inputs that `forward` mapped, which `applyInverse` returns. */
  readonly inverse?: (context: ForwardContext, ...inputs: Tensor[]) => Tensor;
  /** Of a network that has a loss of its own: that of each example, [examples], which the networks' `ownLoss` returns. */
  readonly ownLoss?: (context: ForwardContext, ...inputs: Tensor[]) => Tensor;
  /** Sizes of one example of the first input. Where they are said, `apply` refuses others. */
  readonly inputShape?: readonly number[];
  /** Sizes of what it gives for one example. */
  readonly outputShape?: readonly number[];
  /** What it is made of, in order; without it, it is shown as one layer. */
  readonly layers?: readonly LayerSummary[];
}

/** A network before a game gives it its name. */
export type UnnamedNetwork = Omit<NetworkSpec, 'name'>;

/** A layer as it is shown: shapes are those of one example. */
export interface LayerSummary {
  /** Begins the names of its tensors: "linear2" of "linear2.weight", "residual1.linear1" within another layer. */
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Numbers that are learnt. */
  readonly parameters: number;
}

/** The names of all domains, and the domain of each example, one-hot [examples, domains]. */
export interface DomainsOfBatch {
  readonly origins: Tensor;
  readonly domains: readonly string[];
}

/** What a forward function may use. Training and evaluation mode differ only behind this. */
export interface ForwardContext {
  readonly operations: Operations;
  parameter(name: string): Tensor;
  /** Normalises over all axes but the last: by the batch in training, by the running statistics in evaluation. */
  batchNorm(name: string, input: Tensor): Tensor;
  /**
   * Normalises the examples of each domain by themselves, with one scale and shift for all: in training by the batch, which
   * comes domain by domain in equal parts, in evaluation by the running statistics of each example's domain, `name@domain`.
   */
  batchNormByDomain(name: string, input: Tensor, domains: DomainsOfBatch): Tensor;
  /** The identity in evaluation mode. */
  dropout(input: Tensor, rate: number): Tensor;
  /** Standard normal numbers; null in evaluation mode, which adds no noise. */
  noise(shape: readonly number[]): Tensor | null;
}

/** The networks of an objective with their parameters in place: `apply('encoder', images)`. */
export interface Networks {
  apply(network: string, ...inputs: Tensor[]): Tensor;
  /** As `apply`, but without dropout and noise, and the running statistics do not count these inputs. */
  applyDeterministic(network: string, ...inputs: Tensor[]): Tensor;
  /** Of an invertible network: what it maps to these inputs. */
  applyInverse(network: string, ...inputs: Tensor[]): Tensor;
  /** Of a network that has one: its own loss of each example, [examples]. */
  ownLoss(network: string, ...inputs: Tensor[]): Tensor;
}
