import { createHash } from 'node:crypto';
import { UNLABELLED, type DataFacts, type DataSource, type Dataset, type DomainFacts } from './dataset.js';
import { invalidData as invalid } from './invalid-data.js';

/** Labels are bytes, of which one value stands for an unknown label. */
export const MOST_CLASSES = UNLABELLED;

/** A training and a test set with the names of their classes, not yet checked against each other. */
export interface DataParts {
  /** Folder or package, for messages. */
  readonly origin: string;
  readonly classes: readonly string[];
  /** Names of the domains; without them there is one, called `all`. */
  readonly domains?: readonly string[];
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * Checks that the parts belong together and that the networks can take them, and adds the facts.
 * @throws LetheError DATA_INVALID
 */
export function createDataSource({ origin, classes, domains = ['all'], train, test }: DataParts): DataSource {
  checkShapes(origin, train, test);
  if (classes.length < 2 || classes.length > MOST_CLASSES) {
    throw invalid(origin, `2 to ${MOST_CLASSES} classes`, `${classes.length} (${shownNames(classes)})`);
  }
  const untrained = missingClasses(train, classes);
  if (untrained.length > 0) throw invalid(origin, 'training images of every class', `none of ${shownNames(untrained)}`);
  const counts = {
    shape: train.shape, classes, trainCount: train.count, testCount: test.count,
    domains: domains.map((name, domain) => domainFacts(name, domain, { train, test })),
  };
  return { facts: Object.freeze({ ...counts, fingerprint: fingerprintOf(counts, [train, test]) }), train, test };
}

function checkShapes(origin: string, train: Dataset, test: Dataset): void {
  const { height, width, channels } = train.shape;
  // The networks halve both sides of images twice.
  if (train.images instanceof Uint8Array && (height % 4 !== 0 || width % 4 !== 0)) {
    throw invalid(origin, 'images with sides that are multiples of 4 pixels', `${height} x ${width}`);
  }
  const other = test.shape;
  if (other.height !== height || other.width !== width || other.channels !== channels) {
    const found = `${other.height} x ${other.width} x ${other.channels}`;
    throw invalid(origin, `test images of ${height} x ${width} x ${channels} like the training images`, found);
  }
}

function domainFacts(name: string, domain: number, { train, test }: Pick<DataParts, 'train' | 'test'>): DomainFacts {
  const isHere = (found: number): boolean => found === domain;
  return {
    name,
    trainCount: train.domains.filter(isHere).length,
    labelledCount: train.labels.filter((label, example) => label !== UNLABELLED && train.domains[example] === domain).length,
    testCount: test.domains.filter(isHere).length,
  };
}

function missingClasses(dataset: Dataset, classes: readonly string[]): string[] {
  const present = new Set(dataset.labels);
  return classes.filter((_, label) => !present.has(label));
}

/** SHA-256 over everything that influences a run: the facts as text, then the bytes of images and labels. */
function fingerprintOf(counts: Omit<DataFacts, 'fingerprint'>, datasets: readonly Dataset[]): string {
  const { shape, classes, trainCount, testCount, domains } = counts;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([shape.height, shape.width, shape.channels, trainCount, testCount, classes]));
  const isOfSeveral = domains.length > 1;
  if (isOfSeveral) hash.update(JSON.stringify(domains));
  for (const { images, labels, domains: origins } of datasets) {
    hash.update(new Uint8Array(images.buffer, images.byteOffset, images.byteLength)).update(labels);
    if (isOfSeveral) hash.update(origins);
  }
  return hash.digest('hex');
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  return shown.join(', ') + (names.length > shown.length ? ', ...' : '');
}
