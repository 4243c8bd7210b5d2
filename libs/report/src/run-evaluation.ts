/** How well a probe reads the label, over the test vectors (for neighbours, where these are long, over the first of them). */
export interface ProbeFigures {
  readonly accuracy: number;
  readonly balanced_accuracy: number;
  /** Nats. */
  readonly cross_entropy: number;
  /** Nats: ln K - cross-entropy. */
  readonly information: number;
}

/** One kind of probe on one kind of vector, once for each seed. */
export interface ProbeRow {
  readonly probe: 'linear' | 'mlp' | 'neighbours';
  readonly input: 'latent' | 'pixels';
  readonly labels: 'true' | 'shuffled';
  readonly seeds: readonly { readonly seed: number; readonly figures: ProbeFigures }[];
}

/** What `evaluation.json` holds; docs/measures.md defines every figure. */
export type RunEvaluation = ForgettingEvaluation | AdaptationEvaluation;

export interface ForgettingEvaluation {
  readonly kind: 'forgetting';
  readonly rounds: number;
  readonly latent_size: number;
  readonly classes: readonly string[];
  /** Share of the most frequent class among the test images: accuracy of always naming it. */
  readonly chance: number;
  readonly probes: readonly ProbeRow[];
  readonly swap: {
    readonly judge_accuracy: number;
    /** [source][target]. */
    readonly matrix: readonly (readonly number[])[];
    readonly off_diagonal: number;
    readonly diagonal: number;
  };
  /** Mean squared error of test images in [-1, 1]. */
  readonly reconstruction: { readonly mean: number; readonly per_class: readonly number[] };
  readonly style: { readonly slant_correlation: number; readonly thickness_correlation: number };
}

/** What a run has learnt about one population's test examples. */
export interface DomainEvaluation {
  readonly name: string;
  readonly examples: number;
  /** Examples whose label is known: only they are scored. */
  readonly labelled: number;
  /** Null without labels. */
  readonly accuracy: number | null;
  /** Area under the curve where there are two classes, else null. */
  readonly auroc: number | null;
  /** Examples [actual class][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
}

/** A test example on a map of the features. */
export interface MappedExample {
  readonly x: number;
  readonly y: number;
  readonly domain: string;
  /** Name of its class; empty where it is not known. */
  readonly label: string;
}

export interface AdaptationEvaluation {
  readonly kind: 'domain-adaptation';
  readonly rounds: number;
  readonly classes: readonly string[];
  /** What the run learnt from. */
  readonly training: 'sources' | 'adaptation' | 'target';
  readonly seed: number;
  readonly target: string;
  /** The sources, then the target. */
  readonly domains: readonly DomainEvaluation[];
  /** Of the target's scored examples, where there are two classes: what confidence intervals are made of. */
  readonly scored: { readonly labels: readonly number[]; readonly scores: readonly number[] } | null;
  readonly map: readonly MappedExample[];
}
