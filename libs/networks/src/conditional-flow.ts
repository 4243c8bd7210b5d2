import type { Tensor } from '@tensorflow/tfjs';
import { linear, linearTensors } from './layers.js';
import type { ForwardContext, InitialValues, NetworkSpec, TensorSpec } from './network.js';

export interface ConditionalFlowOptions {
  readonly name: string;
  /** Numbers of a vector. */
  readonly size: number;
  readonly classes: number;
  /** Steps, each of which changes some of the numbers by what it reads from the others. */
  readonly couplings: number;
  /** Of the two hidden layers of each coupling. */
  readonly width: number;
}

/** A coupling multiplies by factors between exp(-2) and exp(2): neither direction of the map becomes steep. */
const LARGEST_LOG_FACTOR = 2;

const ZERO: InitialValues = { kind: 'constant', value: 0 };

/**
 * A normalising flow: an invertible map of vectors, a different one for each class. It begins as the identity. Trained by maximum
 * likelihood, it makes the vectors of every class standard normal; what is the same for all classes does not tell them apart.
 *
 * Forward: vectors [examples, size] and one-hot classes [examples, classes] -> [examples, size + 1]: the mapped vectors, then ln of the
 * factor by which the map stretches volumes there. Inverse: mapped vectors and classes -> vectors.
 *
 * @see Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP (2017), equations 4 to 9
 * @see Balunovic, Ruoss and Vechev, Fair Normalizing Flows (2022), a map for each group, so that the groups become alike
 */
export function conditionalFlow({ name, size, classes, couplings, width }: ConditionalFlowOptions): NetworkSpec {
  const masks = Array.from({ length: couplings }, (_, coupling) => couplingMask(size, coupling));
  return {
    name,
    dropoutStream: 'step',
    normalisations: [],
    tensors: [
      { name: 'mean', shape: [classes, size], initial: ZERO },
      { name: 'logDeviation', shape: [classes, size], initial: ZERO },
      ...masks.flatMap((_, coupling) => couplingTensors(coupling, { size, classes, width })),
    ],
    forward: (context, vectors, labels) => {
      const { operations } = context;
      const { mean, logDeviation } = classNormal(context, labels);
      let mapped = operations.mul(operations.sub(vectors, mean), operations.exp(operations.neg(logDeviation)));
      let logFactors = operations.neg(logDeviation);
      for (const [coupling, mask] of masks.entries()) {
        const { logFactor, shift } = coupled(context, { coupling, mask, size }, mapped, labels);
        mapped = operations.add(operations.mul(mapped, operations.exp(logFactor)), shift);
        logFactors = operations.add(logFactors, logFactor);
      }
      return operations.concat([mapped, operations.reshape(operations.sum(logFactors, [1]), [-1, 1])], 1);
    },
    inverse: (context, mapped, labels) => {
      const { operations } = context;
      const vectors = [...masks.entries()].reverse().reduce((later, [coupling, mask]) => {
        const { logFactor, shift } = coupled(context, { coupling, mask, size }, later, labels);
        return operations.mul(operations.sub(later, shift), operations.exp(operations.neg(logFactor)));
      }, mapped);
      const { mean, logDeviation } = classNormal(context, labels);
      return operations.add(operations.mul(vectors, operations.exp(logDeviation)), mean);
    },
  };
}

/**
 * 1 for the numbers that a coupling reads and keeps, 0 for those that it changes: one bit of their index, then its opposite, then the
 * next bit. So any two numbers are apart in some coupling.
 */
function couplingMask(size: number, coupling: number): number[] {
  const bits = Math.max(1, Math.ceil(Math.log2(size)));
  const bit = Math.floor(coupling / 2) % bits;
  return Array.from({ length: size }, (_, index) => (Math.floor(index / 2 ** bit) % 2 === coupling % 2 ? 1 : 0));
}

/** A perceptron's tensors; its last layer begins at zero, so that the coupling changes nothing. */
function couplingTensors(
  coupling: number,
  { size, classes, width }: Pick<ConditionalFlowOptions, 'size' | 'classes' | 'width'>,
): TensorSpec[] {
  return [
    ...linearTensors(`coupling${coupling}.linear1`, size + classes, width),
    ...linearTensors(`coupling${coupling}.linear2`, width, width),
    ...linearTensors(`coupling${coupling}.linear3`, width, 2 * size).map((tensor) => ({ ...tensor, initial: ZERO })),
  ];
}

interface Coupling {
  readonly coupling: number;
  readonly mask: readonly number[];
  readonly size: number;
}

/** What a coupling makes of the numbers that it keeps: ln of the others' factors and their shifts, [examples, size]; 0 for the kept. */
function coupled(
  context: ForwardContext,
  { coupling, mask, size }: Coupling,
  vectors: Tensor,
  labels: Tensor,
): { logFactor: Tensor; shift: Tensor } {
  const { operations } = context;
  const changes = operations.constant(mask.map((kept) => 1 - kept), [1, size]);
  const read = operations.concat([operations.mul(vectors, operations.constant(mask, [1, size])), labels], 1);
  const hidden = [1, 2].reduce((input, layer) => operations.relu(linear(context, `coupling${coupling}.linear${layer}`, input)), read);
  const output = linear(context, `coupling${coupling}.linear3`, hidden);
  const unbounded = operations.slice(output, [0, 0], [-1, size]);
  const bounded = operations.scale(operations.tanh(operations.scale(unbounded, 1 / LARGEST_LOG_FACTOR)), LARGEST_LOG_FACTOR);
  return {
    logFactor: operations.mul(bounded, changes),
    shift: operations.mul(operations.slice(output, [0, size], [-1, size]), changes),
  };
}

/** Mean and ln deviation [examples, size] that the flow begins with for each example's class. */
function classNormal(context: ForwardContext, labels: Tensor): { mean: Tensor; logDeviation: Tensor } {
  const ofClass = (name: string): Tensor => context.operations.matMul(labels, context.parameter(name));
  return { mean: ofClass('mean'), logDeviation: ofClass('logDeviation') };
}
