import type { DataSource, Dataset } from '../model/dataset.js';

/** The article's ten test digits of MNIST, labels 0 to 9 in order. */
const ARTICLE_GRID = [3, 2, 1, 18, 4, 8, 11, 0, 61, 7];

/**
 * Index of the first example of each class 0 .. classes - 1, in that order. A class without an example is left out, so
 * read the label of a row from the dataset, not from its position.
 */
export function firstOfEachClass(dataset: Dataset, classes: number): Uint32Array {
  const indices: number[] = [];
  for (let label = 0; label < classes; label += 1) {
    const index = dataset.labels.indexOf(label);
    if (index >= 0) indices.push(index);
  }
  return Uint32Array.from(indices);
}

/** Test images for the rows of the style grid: the article's for MNIST, else the first of every class. */
export function gridExamples({ facts, test }: Pick<DataSource, 'facts' | 'test'>): Uint32Array {
  const { height, width, channels } = facts.shape;
  const mnistSized = height === 28 && width === 28 && channels === 1 && facts.classes.length === ARTICLE_GRID.length;
  if (mnistSized && ARTICLE_GRID.every((index, label) => test.labels[index] === label)) return Uint32Array.from(ARTICLE_GRID);
  return firstOfEachClass(test, facts.classes.length);
}
