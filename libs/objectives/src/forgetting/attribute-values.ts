import { entryOf } from '@lethe/errors';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForgottenAttribute, KeptAttribute } from '../game-facts.js';
import type { Batch } from '../objective.js';

/** An attribute and its place among those that are kept, or forgotten. */
export interface Placed<Attribute> {
  readonly attribute: Attribute;
  readonly place: number;
}

/** One-hot values of a forgotten attribute, [examples, categories]: zeros where there is none. */
export function forgottenValues(batch: Batch, { attribute, place }: Placed<ForgottenAttribute>): Tensor {
  return attribute.isLabel ? batch.labels : entryOf(batch.attributes, `forgotten.${place}`, 'the batch');
}

/** One-hot values of a kept category, [examples, categories], or [examples, 2] of a number: the value, and 1 where there is one. */
export function keptValues(batch: Batch, { attribute, place }: Placed<KeptAttribute>): Tensor {
  return attribute.isLabel ? batch.labels : entryOf(batch.attributes, `kept.${place}`, 'the batch');
}
