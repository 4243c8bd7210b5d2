import type { CategoryAttribute } from '../model/attributes.js';
import type { Examples, Groups } from '../model/examples.js';

/** Examples that take part in a run. */
export interface ExamplesToSplit extends Pick<Examples, 'origin' | 'splits' | 'where'> {
  /** Their rows, in the order in which they come. */
  readonly rows: Uint32Array;
  /** Of all examples; null: there is none. */
  readonly label: CategoryAttribute | null;
  readonly domain: CategoryAttribute | null;
  readonly groups: Groups | null;
}

export interface SplitOptions {
  readonly seed: number;
  /** Share of each class of each domain that is drawn for testing, at least one example. */
  readonly testShare: number;
}
