import type { ProbeInput, ProbeKind } from '@lethe/protocol';
import type { FullProbeFigures } from './probe-figures.js';

/** Figures of one kind of probe that reads an attribute from one kind of vector, for each seed. */
export interface AttributeProbeRow {
  readonly probe: ProbeKind;
  readonly input: ProbeInput;
  /** Shuffled: of the values that it was trained on. */
  readonly labels: 'true' | 'shuffled';
  /** The vectors are decorrelated to deviation 1 in every direction, else each number is standardised by itself. */
  readonly whitened: boolean;
  /** Trained on one half of the test examples and scored on the other, else trained on the training examples. */
  readonly halves: boolean;
  /** The class of the label that it was trained and scored on; null: on all of them. */
  readonly given: string | null;
  readonly seeds: readonly { readonly seed: number; readonly figures: FullProbeFigures }[];
}
