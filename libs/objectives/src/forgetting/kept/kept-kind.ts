import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { KeptAttribute } from '../../game-facts.js';

/** What a head says of a kept attribute, and what is true. */
export interface Told {
  readonly operations: Operations;
  /** Of the head: [examples, outputs]. */
  readonly answer: Tensor;
  /** As a batch has them. */
  readonly values: Tensor;
}

/** How a kind of attribute is kept: what its head gives of an example, and what that costs. */
export interface KeptKind<Attribute extends KeptAttribute> {
  readonly gives: 'log-probabilities' | 'values';
  readonly outputs: (attribute: Attribute) => number;
  /** -ln p of the true value of each example, in nats, [examples]; 0 for an example without a value. */
  readonly loss: (told: Told) => Tensor;
  /** How well the value of each example is read, [examples]: means over examples are an accuracy, or R2. */
  readonly score: (told: Told) => Tensor;
  /** 1 for each example with a value, else 0: [examples]. */
  readonly known: (told: Pick<Told, 'operations' | 'values'>) => Tensor;
}
