import type { ProbeKind } from '@lethe/protocol';
import type { ScoredExamples } from './area-under-curve.js';
import type { AttributesEvaluation } from './attributes-evaluation.js';
import type { Interval } from './intervals.js';
import type { SwapFigures } from './judge/swap-figures.js';
import type { ProbeFigures } from './probes/probe-figures.js';
import type { StyleFigures } from './style/style-figures.js';
import type { UsedExamples } from './used-examples.js';

/** Figures of one kind of probe on one kind of vector, for each seed. */
export interface ProbeRow {
  readonly probe: ProbeKind;
  readonly input: 'latent' | 'pixels';
  readonly labels: 'true' | 'shuffled';
  readonly seeds: readonly { readonly seed: number; readonly figures: ProbeFigures }[];
}

/** The content of `evaluation.json`; docs/measures.md defines every figure. */
export type RunEvaluation = ForgettingEvaluation | AttributesEvaluation | AdaptationEvaluation;

/** What a run that forgets the label and redraws images has forgotten, and what it keeps. */
export interface ForgettingEvaluation {
  readonly kind: 'forgetting';
  readonly rounds: number;
  readonly examples: UsedExamples;
  readonly latent_size: number;
  readonly classes: readonly string[];
  /** Share of the most frequent class among the test images: the accuracy of always predicting that class. */
  readonly chance: number;
  readonly probes: readonly ProbeRow[];
  readonly swap: SwapFigures;
  /** Mean squared error of test images in [-1, 1]. */
  readonly reconstruction: {
    readonly mean: number;
    readonly per_class: readonly number[];
    /** The same where each is taken for the mean of the training images. Earlier versions did not say it. */
    readonly of_mean_image?: number;
  };
  readonly style: StyleFigures;
}

/** How well a run predicts the labels of one population's test examples. */
export interface DomainEvaluation {
  readonly name: string;
  /** Training examples that the run learnt from, held-out ones among them. */
  readonly training_examples: number;
  readonly examples: number;
  /** Number of examples with a known label: only they are scored. */
  readonly labelled: number;
  /** Null without labels. */
  readonly accuracy: number | null;
  readonly accuracy_interval: Interval | null;
  /** Area under the curve where there are two classes, else null. */
  readonly auroc: number | null;
  readonly auroc_interval: Interval | null;
  /** Number of examples with a label for which nothing finite is predicted: they count as read wrong. */
  readonly unreadable: number;
  /** Labels of examples that no source has, and that are not scored therefore. */
  readonly other_labels: readonly { readonly name: string; readonly count: number }[];
  /** Examples [actual class][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
}

/** A test example on a map of the features. */
export interface MappedExample {
  readonly x: number;
  readonly y: number;
  readonly domain: string;
  /** Name of its class; empty if the class is not known. */
  readonly label: string;
}

/** How well a run that was carried from one domain to another reads the labels of each. */
export interface AdaptationEvaluation {
  readonly kind: 'domain-adaptation';
  readonly rounds: number;
  readonly examples: UsedExamples;
  readonly classes: readonly string[];
  /** Which examples and labels the run learnt from. */
  readonly training: 'sources' | 'adaptation' | 'target';
  readonly seed: number;
  readonly target: string;
  /** The sources, then the target. */
  readonly domains: readonly DomainEvaluation[];
  /** The target's labelled examples, from which confidence intervals are computed; null unless there are two classes. */
  readonly scored: ScoredExamples | null;
  readonly map: readonly MappedExample[];
}
