import type { AttributeProbeRow, BestReadings, Reading } from '@lethe/evaluation';
import { shownInterval } from './shown-figures.js';

/** What reads, in the middle of a sentence. */
export const READERS: Readonly<Record<AttributeProbeRow['probe'], string>> = {
  linear: 'a linear probe', mlp: 'a perceptron', deep: 'a deep perceptron', neighbours: 'nearest neighbours',
  'boosted-trees': 'boosted trees', forest: 'a forest',
};

const INPUTS: Readonly<Record<AttributeProbeRow['input'], string>> = {
  latent: 'features', sampled: 'features with their noise', pixels: 'raw inputs', kept: 'kept attributes alone',
  leace: 'inputs behind a linear eraser',
};

/** "features, whitened". */
export function shownInput({ input, whitened }: Pick<AttributeProbeRow, 'input' | 'whitened'>): string {
  return `${INPUTS[input]}${whitened ? ', whitened' : ''}`;
}

/** The examples that a probe was trained and scored on: "all", "only >50K", "all, shuffled values". */
export function examplesInWords({ given, halves, labels }: AttributeProbeRow): string {
  const of = given === null ? 'all' : `only ${given}`;
  return `${of}${halves ? ', half of the test examples' : ''}${labels === 'shuffled' ? ', shuffled values' : ''}`;
}

/** "0.590"; empty where there is none. */
export function shownValue(reading: Reading | null): string {
  return reading === null ? '' : reading.value.toFixed(3);
}

/** "AUROC 0.590 (95 %: 0.580 to 0.600) by a forest". */
export function shownArea({ value, interval, probe }: Reading): string {
  return `AUROC ${value.toFixed(3)}${interval === null ? '' : ` (95 %: ${shownInterval(interval)})`} by ${READERS[probe]}`;
}

/** "income alone"; "what is kept alone" of several. */
export function keptAlone(kept: readonly string[]): string {
  return kept.length === 1 ? `${kept.join('')} alone` : 'what is kept alone';
}

/** Names of the figures by which readings are compared, as heads of a table have them. */
export const READING_HEADS: Readonly<Record<keyof BestReadings, string>> = {
  auroc: 'AUROC', balanced_accuracy: 'balanced', accuracy: 'accuracy', r_squared: 'R2',
};
