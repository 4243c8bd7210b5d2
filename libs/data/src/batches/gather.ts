import type { DataFacts, Dataset } from '../model/dataset.js';
import { BYTE_RANGE } from '../preprocessing/describe-preprocessing.js';

/** Bytes as the networks see them, -1 to 1. */
const NORMALISED = Float32Array.from({ length: 256 }, (_, byte) => Math.fround(Math.fround(byte / BYTE_RANGE.divisor) + BYTE_RANGE.shift));

/**
 * The images at the indices as float32 [indices.length, height, width, channels]: each byte x as x / 127.5 - 1, each float as
 * it is.
 */
export function gatherImages({ inputs, rows, count }: Dataset, indices: Uint32Array): Float32Array {
  return asSeen(inputs.gather(indices.map((index) => {
    checkIndex(count, index);
    return rows[index] as number;
  })));
}

/** Inputs as the networks see them: each byte x as x / 127.5 - 1, each float as it is. */
export function asSeen(gathered: Uint8Array | Float32Array): Float32Array {
  if (gathered instanceof Float32Array) return gathered;
  // A loop: the iterator of Float32Array.from takes several times as long, in every step.
  const pixels = new Float32Array(gathered.length);
  for (let index = 0; index < gathered.length; index += 1) pixels[index] = NORMALISED[gathered[index] as number] as number;
  return pixels;
}

/** The class indices at the indices; MISSING becomes -1. */
export function gatherLabels(dataset: Dataset, indices: Uint32Array): Int32Array {
  const gathered = new Int32Array(indices.length);
  for (let position = 0; position < indices.length; position += 1) {
    const index = indices[position] as number;
    checkIndex(dataset.count, index);
    // MISSING is -1 as a signed number.
    gathered[position] = dataset.labels[index] as number;
  }
  return gathered;
}

/** Examples as the steps of a run take them. */
export interface GatheredBatch {
  /** [examples, height, width, channels]. */
  readonly images: Float32Array;
  /** One-hot [examples, classes]; without classes [examples, 1], zeros. */
  readonly labels: Float32Array;
  /** One-hot [examples, domains]. */
  readonly domains: Float32Array;
  /**
   * What is kept and forgotten, by `kept.0`, `forgotten.1` and so on (indices into the facts), without the label, which `labels` has:
   * one-hot [examples, categories], zeros where the value is missing; a number [examples, 2], as its value and 1, or 0 and 0.
   */
  readonly attributes: Readonly<Record<string, Float32Array>>;
}

/** How many numbers a batch has of an example's label: a single zero where there are no classes, as no tensor is without numbers. */
export function labelColumns({ classes }: Pick<DataFacts, 'classes'>): number {
  return Math.max(1, classes.length);
}

/** How many numbers a batch has of an example for each of its attributes, in their order. */
export function attributeSizes({ kept, forgotten }: Pick<DataFacts, 'kept' | 'forgotten'>): (readonly [name: string, size: number])[] {
  return [
    ...kept.map((facts, index) => [`kept.${index}`, facts] as const),
    ...forgotten.map((facts, index) => [`forgotten.${index}`, facts] as const),
  ].filter(([, { isLabel }]) => !isLabel).map(([name, facts]) => (
    [name, 'kind' in facts && facts.kind === 'number' ? 2 : facts.categories.length]
  ));
}

/** The examples at the indices. */
export function gatherBatch(
  dataset: Dataset, indices: Uint32Array, facts: Pick<DataFacts, 'classes' | 'domains' | 'kept' | 'forgotten'>,
): GatheredBatch {
  const { domains } = facts;
  return {
    images: gatherImages(dataset, indices),
    labels: oneHot(gatherLabels(dataset, indices), labelColumns(facts)),
    domains: oneHot(Array.from(indices, (index) => dataset.domains[index] ?? 0), domains.length),
    attributes: gatherAttributes(dataset, indices, facts),
  };
}

function gatherAttributes(
  dataset: Dataset, indices: Uint32Array, { kept, forgotten }: Pick<DataFacts, 'kept' | 'forgotten'>,
): GatheredBatch['attributes'] {
  const gathered: Record<string, Float32Array> = {};
  for (const [index, facts] of kept.entries()) {
    if (facts.isLabel) continue;
    const values = dataset.kept[index] as Uint32Array | Float64Array;
    const isNumber = facts.kind === 'number';
    gathered[`kept.${index}`] = isNumber ? numberRows(values, indices) : categoryRows(values, indices, facts.categories.length);
  }
  for (const [index, { isLabel, categories }] of forgotten.entries()) {
    if (isLabel) continue;
    gathered[`forgotten.${index}`] = categoryRows(dataset.forgotten[index] as Uint32Array, indices, categories.length);
  }
  return gathered;
}

/** @param values indices or MISSING, which is -1 as a signed number */
function categoryRows(values: ArrayLike<number>, indices: Uint32Array, categories: number): Float32Array {
  return oneHot(Int32Array.from(indices, (index) => values[index] as number), categories);
}

function numberRows(values: ArrayLike<number>, indices: Uint32Array): Float32Array {
  const rows = new Float32Array(indices.length * 2);
  for (const [row, index] of indices.entries()) {
    const value = values[index] as number;
    if (Number.isNaN(value)) continue;
    rows[2 * row] = value;
    rows[2 * row + 1] = 1;
  }
  return rows;
}

/** The class index of an example that has no label, as a signed number. */
const NO_CLASS = -1;

/** Class indices as float32 rows [labels.length, classes] with a single 1; a row of zeros for an example without a label. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row += 1) {
    const label = labels[row] as number;
    if (label === NO_CLASS) continue;
    const isClass = Number.isInteger(label) && label >= 0 && label < classes;
    if (!isClass) throw new RangeError(`label: expected 0 to ${classes - 1}, found ${label}`);
    rows[row * classes + label] = 1;
  }
  return rows;
}

function checkIndex(count: number, index: number): void {
  if (index >= count) throw new RangeError(`image index: expected 0 to ${count - 1}, found ${index}`);
}
