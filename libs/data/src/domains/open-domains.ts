import type { DataConfig, DomainsConfig, DomainSourceConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { sortedClassNames } from '../class-names.js';
import { createDataSource } from '../data-source.js';
import { UNLABELLED, type Dataset, type DataSource } from '../dataset.js';
import { invalidData } from '../invalid-data.js';
import type { Unpacking } from '../formats/unpacking.js';
import type { Domain, DomainExamples, DomainOptions, DomainReader } from './domain.js';
import { folderOf, readDigitsDomain, readMnistDomain } from './digits.js';
import { openImageDomains } from './images.js';
import { readMnistMDomain } from './mnist-m.js';
import { readSvhnDomain } from './svhn.js';
import { readTable, splitTable, tableDomains, type Table, type TableRow } from './table.js';
import { TableFeatures } from './table-features.js';

/**
 * Loads the populations that a configuration names: the training examples of those that the run learns from, and the test
 * examples of all of them. When the run carries a model to the target, the labels of the target's training examples are
 * left behind here, so that nothing can look at them.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openDomains(config: DataConfig, seed: number, unpacking: Unpacking): Promise<DataSource> {
  const { domains, folder, imageSize, channels } = config;
  if (domains === null) throw new LetheError('CONFIG_INVALID', 'data.domains: expected the domains to read, found none');
  const options = { folder, imageSize, channels, seed, unpacking };
  const [first] = domains.from;
  const isTable = domains.from.some(({ kind }) => kind === 'table');
  if (isTable && domains.from.length > 1) throw new LetheError('CONFIG_INVALID', 'data.domains.from: expected one table by itself, found other domains beside it');
  if (first?.kind !== 'table') return assemble(domains, await readDomains(domains, options), folder ?? 'the domains');
  const table = await readTable(folder ?? '', first);
  const wanted = wantedDomains(domains, tableDomains(table));
  return assemble(domains, tableAsDomains(table, { wanted, domains, options }), table.where, first.classes === null ? undefined : Object.keys(first.classes));
}

/** Domains that take part, the target last. */
function wantedDomains({ sources, target }: DomainsConfig, known: readonly string[]): string[] {
  const named = [...(sources ?? []), target];
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new LetheError('CONFIG_INVALID', `${unknown === target ? '--target' : 'data.domains.sources'}: expected a domain of the data (${known.join(', ')}), found ${JSON.stringify(unknown)}`);
  const learntFrom = (sources ?? known).filter((name) => name !== target);
  if (learntFrom.length === 0) throw new LetheError('CONFIG_INVALID', `data.domains.sources: expected a domain other than the target ${target}, found none`);
  return [...learntFrom, target];
}

async function readDomains(domains: DomainsConfig, options: DomainOptions): Promise<Domain[]> {
  const readers = await Promise.all(domains.from.map((source) => openReader(source, options)));
  const wanted = wantedDomains(domains, readers.flatMap(({ names }) => names));
  return Promise.all(wanted.map((name) => (readers.find(({ names }) => names.includes(name)) as DomainReader).read(name)));
}

async function openReader(source: DomainSourceConfig, options: DomainOptions): Promise<DomainReader> {
  switch (source.kind) {
    case 'mnist':
      return { names: [source.domain], read: (name) => readMnistDomain(name, options) };
    case 'mnist-m':
      return { names: [source.domain], read: (name) => readMnistMDomain(name, { photographs: folderOf(options, source.photographs), test: folderOf(options, source.test) }, options) };
    case 'svhn':
      return { names: [source.domain], read: (name) => readSvhnDomain(name, folderOf(options, source.folder), options) };
    case 'digits':
      return { names: [source.domain], read: (name) => readDigitsDomain(name, folderOf(options, source.folder), options) };
    case 'images':
      return openImageDomains(folderOf(options, source.folder), options);
    case 'table':
      throw new TypeError('a table is read as a whole');
  }
}

interface TableAsDomainsOptions {
  readonly wanted: readonly string[];
  readonly domains: DomainsConfig;
  readonly options: DomainOptions;
}

/** Numbers are made by the training rows of the domains that are learnt from. */
function tableAsDomains(table: Table, { wanted, domains, options }: TableAsDomainsOptions): Domain[] {
  const parts = wanted.map((name) => ({ name, rows: splitTable(table, name, options) }));
  const features = new TableFeatures(table.columns, parts.filter(({ name }) => isLearntFrom(domains, name)).flatMap(({ rows }) => rows.train));
  const examples = (rows: readonly TableRow[]): DomainExamples => ({ images: features.encode(rows), labels: rows.map(({ label }) => label) });
  return parts.map(({ name, rows }) => ({ name, shape: { height: 1, width: 1, channels: features.size }, train: examples(rows.train), test: examples(rows.test) }));
}

function isLearntFrom({ training, target }: DomainsConfig, name: string): boolean {
  return name === target ? training !== 'sources' : training !== 'target';
}

/** @param classes in their order; if not said, what the training labels are */
function assemble(config: DomainsConfig, domains: readonly Domain[], origin: string, classes?: readonly string[]): DataSource {
  const { target, training } = config;
  const labelled = domains.filter(({ name }) => isLearntFrom(config, name) && (name !== target || training === 'target'));
  const found = classes ?? sortedClassNames(labelled.flatMap(({ train }) => train.labels.filter((label) => label !== null)));
  if (labelled.every(({ train }) => train.labels.every((label) => label === null))) {
    throw invalidData(origin, `training examples with a label in ${labelled.map(({ name }) => name).join(', ')}`, 'none');
  }
  const blank = (name: string): boolean => name === target && training !== 'target';
  const train = domains.flatMap(({ name, shape, train: part }, domain) => (isLearntFrom(config, name) ? [dataset(part, { domain, shape, labels: blank(name) ? null : labelIndices(part, name, found, origin) })] : []));
  const test = domains.map(({ name, shape, test: part }, domain) => dataset(part, { domain, shape, labels: labelIndices(part, name, found, origin) }));
  return createDataSource({ origin, classes: found, domains: domains.map(({ name }) => name), train: joined(origin, train), test: joined(origin, test) });
}

function labelIndices({ labels }: DomainExamples, domain: string, classes: readonly string[], origin: string): Uint8Array {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  return Uint8Array.from(labels, (label) => {
    if (label === null) return UNLABELLED;
    const index = indexOf.get(label);
    if (index === undefined) throw invalidData(`${origin}, domain ${domain}`, `labels that are learnt (${classes.slice(0, 10).join(', ')})`, JSON.stringify(label));
    return index;
  });
}

function dataset({ images, labels: { length: count } }: DomainExamples, { domain, shape, labels }: { domain: number; shape: Domain['shape']; labels: Uint8Array | null }): Dataset {
  return { images, labels: labels ?? new Uint8Array(count).fill(UNLABELLED), domains: new Uint8Array(count).fill(domain), count, shape };
}

function joined(origin: string, parts: readonly Dataset[]): Dataset {
  const [first] = parts;
  if (first === undefined) throw new TypeError('at least one domain takes part');
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const length = first.shape.height * first.shape.width * first.shape.channels;
  const images = first.images instanceof Uint8Array ? new Uint8Array(count * length) : new Float32Array(count * length);
  const [labels, domains] = [new Uint8Array(count), new Uint8Array(count)];
  let offset = 0;
  for (const part of parts) {
    if (part.images.length !== part.count * length) throw invalidData(origin, `examples of ${length} numbers in all domains`, String(part.images.length / part.count));
    images.set(part.images, offset * length);
    labels.set(part.labels, offset);
    domains.set(part.domains, offset);
    offset += part.count;
  }
  return { images, labels, domains, count, shape: first.shape };
}
