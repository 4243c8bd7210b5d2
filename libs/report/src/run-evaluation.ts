/** How well a probe reads the label, over all test vectors. */
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
export interface RunEvaluation {
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
