import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Examples } from '../model/examples.js';

/** Examples of one population, and what a run does with them. */
export interface Population {
  readonly name: string;
  readonly examples: Examples;
  /** What the run learns from its training examples: with their labels, without looking at them, or nothing. */
  readonly learning: 'labelled' | 'unlabelled' | 'none';
  /** Whether the labels of its training examples are classes of the run. */
  readonly definesClasses: boolean;
  /** Keeps the draws of several populations apart; null: the only one. */
  readonly drawName: string | null;
}

/** A population whose inputs have been read, and which of its examples are for what (indices into them, ascending). */
export interface SplitPopulation extends Population {
  /** Row of each example in the inputs. */
  readonly rows: Uint32Array;
  /** Those that are held out by the data among them. */
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  readonly heldOut: Uint32Array;
}

/** The label of each example; null if there is none. @throws TypeError if the label is no category */
export function labelOf({ attributes, label }: Examples): CategoryAttribute | null {
  if (label === null) return null;
  const attribute = attributes.find(({ name }) => name === label);
  if (attribute?.kind !== 'category') throw new TypeError(`the label ${label} is no category of the examples`);
  return attribute;
}

/**
 * Has every example of data of one population have a label: others are for domain adaptation.
 * @throws LetheError DATA_INVALID
 */
export function expectLabels(examples: Examples): void {
  const unlabelled = labelOf(examples)?.values.indexOf(MISSING) ?? 0;
  if (unlabelled >= 0) throw invalidData(examples.where(unlabelled), 'a label', 'an empty cell: label it, or take it out of the list');
}
