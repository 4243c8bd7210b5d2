import type { BestReadings } from './best-readings.js';
import type { RedrawnAttribute } from './judge/redrawn-attribute.js';
import type { OwnHeadFigures } from './own-head.js';
import type { AttributeProbeRow } from './probes/attribute-probe-row.js';
import type { UsedExamples } from './used-examples.js';

/** What an attribute is, and what can be known of it without looking at an example. */
export interface MeasuredAttribute {
  readonly name: string;
  /** Of a number, its parts: each has a tenth of the training examples. */
  readonly categories: readonly string[];
  readonly is_number: boolean;
  /** Test examples with a value. */
  readonly tested: number;
  /** Share of the most frequent category among these: the accuracy of always naming it. */
  readonly chance: number;
}

/** What fresh probes read of an attribute that is to be forgotten, from the features behind the encoder and from elsewhere. */
export interface ForgottenAttribute extends MeasuredAttribute {
  /** The attributes that it combines; itself alone where it is none. */
  readonly of: readonly string[];
  readonly probes: readonly AttributeProbeRow[];
  /** Of all probes on features, with or without the noise of the code. */
  readonly best: BestReadings;
  readonly raw: BestReadings;
  /** From the kept attributes alone: features that keep these cannot tell less. */
  readonly kept_alone: BestReadings;
  /** The same among the examples of each class of the label; none unless fairness is by odds. */
  readonly given: readonly { readonly class: string; readonly best: BestReadings; readonly raw: BestReadings }[];
}

/** What fresh heads read of an attribute that is to be kept. */
export interface KeptAttribute extends MeasuredAttribute {
  readonly probes: readonly AttributeProbeRow[];
  readonly best: BestReadings;
  readonly raw: BestReadings;
}

/** What is read of raw inputs out of which the linear eraser has taken all forgotten attributes. */
export interface LinearEraserEvaluation {
  readonly forgotten: readonly ErasedAttribute[];
  readonly kept: readonly ErasedAttribute[];
}

/** What is read of an attribute after a linear eraser. */
export interface ErasedAttribute {
  readonly name: string;
  readonly probes: readonly AttributeProbeRow[];
  readonly best: BestReadings;
  /** Among the examples of each class of the label; none of what is kept, and none unless fairness is by odds. */
  readonly given: readonly { readonly class: string; readonly best: BestReadings }[];
}

/** Of a run that keeps and forgets attributes. */
export interface AttributesEvaluation {
  readonly kind: 'attributes';
  readonly rounds: number;
  readonly examples: UsedExamples;
  readonly latent_size: number;
  readonly fairness: 'parity' | 'odds';
  /** The code has noise, with which it was read as well. */
  readonly is_sampled: boolean;
  /** One after another, then their combination. */
  readonly forgotten: readonly ForgottenAttribute[];
  readonly kept: readonly KeptAttribute[];
  /** Null: no category is predicted. */
  readonly own_head: OwnHeadFigures | null;
  /** Null: the inputs are too long for it, or the forgotten attributes have too many combinations. */
  readonly linear_eraser: LinearEraserEvaluation | null;
  /** Of each attribute that the decoder is told, whether it obeys. Null: no images are redrawn. Earlier versions did not say it. */
  readonly redrawn?: readonly RedrawnAttribute[] | null;
  /** Mean squared error of test examples, and the same where each is taken for the mean of the training examples; null: none is rebuilt. */
  readonly reconstruction: { readonly mean: number; readonly of_mean: number } | null;
}
