import type { DomainsConfig } from '@lethe/config';
import { createDataSource } from '../data-source.js';
import { UNLABELLED, type Dataset, type DataSource } from '../dataset.js';
import type { Split } from '../examples/test-split.js';
import { invalidData } from '../invalid-data.js';
import { sortedClassNames } from '../name-order.js';
import type { Domain, DomainExamples } from './domain.js';

/** Domains that take part in a run, in their order. */
export interface DomainsToJoin {
  readonly config: DomainsConfig;
  readonly domains: readonly Domain[];
  /** Folder or file, for messages. */
  readonly origin: string;
  /** In their order; null: the labels of the training examples. */
  readonly classes: readonly string[] | null;
}

/** Whether the run learns from the training examples of a domain. */
export function isLearntFrom({ training, target }: DomainsConfig, name: string): boolean {
  return name === target ? training !== 'sources' : training !== 'target';
}

/**
 * One data source out of several domains: the training examples of those that the run learns from, and the test examples of all.
 * @throws LetheError DATA_INVALID
 */
export function joinDomains({ config, domains, origin, classes }: DomainsToJoin): DataSource {
  const { target, training } = config;
  const learntFrom = domains.filter(({ name }) => isLearntFrom(config, name));
  const labelled = learntFrom.filter(({ name }) => name !== target || training === 'target');
  const found = classes ?? sortedClassNames(labelled.flatMap(({ train }) => train.labels.filter((label) => label !== null)));
  if (labelled.every(({ train }) => train.labels.every((label) => label === null))) {
    throw invalidData(origin, `training examples with a label in ${labelled.map(({ name }) => name).join(', ')}`, 'none');
  }
  const toDataset = (domain: Domain, part: Split): Dataset => {
    const examples = domain[part];
    const isBlank = part === 'train' && !labelled.includes(domain);
    const labels = isBlank ? blankLabels(examples) : labelIndices(examples, found, `${origin}, domain ${domain.name}`);
    const count = labels.length;
    return { images: examples.images, labels, domains: new Uint8Array(count).fill(domains.indexOf(domain)), count, shape: domain.shape };
  };
  const train = learntFrom.map((domain) => toDataset(domain, 'train'));
  const test = domains.map((domain) => toDataset(domain, 'test'));
  const names = domains.map(({ name }) => name);
  return createDataSource({ origin, classes: found, domains: names, train: concatenate(train, origin), test: concatenate(test, origin) });
}

function blankLabels({ labels }: DomainExamples): Uint8Array {
  return new Uint8Array(labels.length).fill(UNLABELLED);
}

function labelIndices({ labels }: DomainExamples, classes: readonly string[], where: string): Uint8Array {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  return Uint8Array.from(labels, (label) => {
    if (label === null) return UNLABELLED;
    const index = indexOf.get(label);
    if (index === undefined) throw invalidData(where, `labels that are learnt (${classes.slice(0, 10).join(', ')})`, JSON.stringify(label));
    return index;
  });
}

function concatenate(parts: readonly Dataset[], origin: string): Dataset {
  const [first] = parts;
  if (first === undefined) throw new TypeError('at least one domain takes part');
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const length = first.shape.height * first.shape.width * first.shape.channels;
  const images = first.images instanceof Uint8Array ? new Uint8Array(count * length) : new Float32Array(count * length);
  const [labels, domains] = [new Uint8Array(count), new Uint8Array(count)];
  let offset = 0;
  for (const part of parts) {
    if (part.images.length !== part.count * length) {
      throw invalidData(origin, `examples of ${length} numbers in all domains`, String(part.images.length / part.count));
    }
    images.set(part.images, offset * length);
    labels.set(part.labels, offset);
    domains.set(part.domains, offset);
    offset += part.count;
  }
  return { images, labels, domains, count, shape: first.shape };
}
