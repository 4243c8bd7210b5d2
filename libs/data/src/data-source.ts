import { createHash } from 'node:crypto';
import { LetheError } from '@lethe/errors';
import type { DataFacts, DataSource, Dataset } from './dataset.js';

/** Labels are bytes. */
export const MOST_CLASSES = 256;

/** A training and a test set with the names of their classes, not yet checked against each other. */
export interface DataParts {
  /** Folder or package, for messages. */
  readonly origin: string;
  readonly classes: readonly string[];
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * Checks that the parts belong together and that the networks can take them, and adds the facts.
 * @throws LetheError DATA_INVALID
 */
export function createDataSource({ origin, classes, train, test }: DataParts): DataSource {
  checkShapes(origin, train, test);
  if (classes.length < 2 || classes.length > MOST_CLASSES) {
    throw invalid(origin, `2 to ${MOST_CLASSES} classes`, `${classes.length} (${shownNames(classes)})`);
  }
  const untrained = missingClasses(train, classes);
  if (untrained.length > 0) throw invalid(origin, 'training images of every class', `none of ${shownNames(untrained)}`);
  const counts = { shape: train.shape, classes, trainCount: train.count, testCount: test.count };
  return { facts: Object.freeze({ ...counts, fingerprint: fingerprintOf(counts, [train, test]) }), train, test };
}

function checkShapes(origin: string, train: Dataset, test: Dataset): void {
  const { height, width, channels } = train.shape;
  // The networks halve both sides twice.
  if (height % 4 !== 0 || width % 4 !== 0) throw invalid(origin, 'images with sides that are multiples of 4 pixels', `${height} x ${width}`);
  const other = test.shape;
  if (other.height !== height || other.width !== width || other.channels !== channels) {
    const found = `${other.height} x ${other.width} x ${other.channels}`;
    throw invalid(origin, `test images of ${height} x ${width} x ${channels} like the training images`, found);
  }
}

function missingClasses(dataset: Dataset, classes: readonly string[]): string[] {
  const present = new Set(dataset.labels);
  return classes.filter((_, label) => !present.has(label));
}

/** SHA-256 over everything that influences a run: the facts as text, then the bytes of images and labels. */
function fingerprintOf(counts: Omit<DataFacts, 'fingerprint'>, datasets: readonly Dataset[]): string {
  const { shape, classes, trainCount, testCount } = counts;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([shape.height, shape.width, shape.channels, trainCount, testCount, classes]));
  for (const { images, labels } of datasets) hash.update(images).update(labels);
  return hash.digest('hex');
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  return shown.join(', ') + (names.length > shown.length ? ', ...' : '');
}

function invalid(origin: string, expected: string, found: string): LetheError {
  return new LetheError('DATA_INVALID', `${origin}: expected ${expected}, found ${found}`, { details: { origin, expected, found } });
}
