import { join } from 'node:path';
import type { DataConfig, DomainsConfig, DomainSourceConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { DataSource } from '../dataset.js';
import type { Unpacking } from '../formats/unpacking.js';
import { readDigitsDomain, readMnistDomain } from './digits.js';
import type { Domain, DomainExamples, DomainOptions, DomainReader } from './domain.js';
import { openImageDomains } from './images.js';
import { isLearntFrom, joinDomains } from './join-domains.js';
import { readMnistMDomain } from './mnist-m.js';
import { readSvhnDomain } from './svhn.js';
import { TableFeatures } from './table-features.js';
import { readTable, splitTable, tableDomains, type Table, type TableRow } from './table.js';

/**
 * Loads the populations that a configuration names: the training examples of those that the run learns from, and the test
 * examples of all. When the run carries a model to the target, the labels of the target's training examples are left out, so
 * that no later code can look at them.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openDomains(data: DataConfig, seed: number, unpacking: Unpacking): Promise<DataSource> {
  const { domains: config, folder, imageSize, channels } = data;
  if (config === null) throw new LetheError('CONFIG_INVALID', 'data.domains: expected the domains to read, found none');
  const options = { folder, imageSize, channels, seed, unpacking };
  const [first] = config.from;
  const isTable = config.from.some(({ kind }) => kind === 'table');
  if (isTable && config.from.length > 1) {
    throw new LetheError('CONFIG_INVALID', 'data.domains.from: expected one table by itself, found other domains beside it');
  }
  if (first?.kind !== 'table') {
    return joinDomains({ config, domains: await readDomains(config, options), origin: folder ?? 'the domains', classes: null });
  }
  const table = await readTable(folder ?? '', first);
  const classes = first.classes === null ? null : Object.keys(first.classes);
  return joinDomains({ config, domains: tableAsDomains(table, config, options), origin: table.where, classes });
}

/** Domains that take part, the target last. */
function wantedDomains({ sources, target }: DomainsConfig, known: readonly string[]): string[] {
  const unknown = [...(sources ?? []), target].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const setting = unknown === target ? '--target' : 'data.domains.sources';
    const message = `${setting}: expected a domain of the data (${known.join(', ')}), found ${JSON.stringify(unknown)}`;
    throw new LetheError('CONFIG_INVALID', message);
  }
  const learntFrom = (sources ?? known).filter((name) => name !== target);
  if (learntFrom.length === 0) {
    throw new LetheError('CONFIG_INVALID', `data.domains.sources: expected a domain other than the target ${target}, found none`);
  }
  return [...learntFrom, target];
}

async function readDomains(config: DomainsConfig, options: DomainOptions): Promise<Domain[]> {
  const readers = await Promise.all(config.from.map((source) => openReader(source, options)));
  const wanted = wantedDomains(config, readers.flatMap(({ names }) => names));
  return Promise.all(wanted.map((name) => (readers.find(({ names }) => names.includes(name)) as DomainReader).read(name)));
}

async function openReader(source: DomainSourceConfig, options: DomainOptions): Promise<DomainReader> {
  const below = (folder: string): string => join(options.folder ?? '', folder);
  switch (source.kind) {
    case 'mnist':
      return { names: [source.domain], read: (name) => readMnistDomain(name, options) };
    case 'mnist-m': {
      const folders = { photographs: below(source.photographs), test: below(source.test) };
      return { names: [source.domain], read: (name) => readMnistMDomain(name, folders, options) };
    }
    case 'svhn':
      return { names: [source.domain], read: (name) => readSvhnDomain(name, below(source.folder), options) };
    case 'digits':
      return { names: [source.domain], read: (name) => readDigitsDomain(name, below(source.folder), options) };
    case 'images':
      return openImageDomains(below(source.folder), options);
    case 'table':
      throw new TypeError('a table is read as a whole');
  }
}

/** Cells become numbers by the training rows of the domains that the run learns from. */
function tableAsDomains(table: Table, config: DomainsConfig, options: DomainOptions): Domain[] {
  const parts = wantedDomains(config, tableDomains(table)).map((name) => ({ name, rows: splitTable(table, name, options) }));
  const training = parts.filter(({ name }) => isLearntFrom(config, name)).flatMap(({ rows }) => rows.train);
  const features = new TableFeatures(table.columns, training);
  const shape = { height: 1, width: 1, channels: features.size };
  const examples = (rows: readonly TableRow[]): DomainExamples =>
    ({ images: features.encode(rows), labels: rows.map(({ label }) => label) });
  return parts.map(({ name, rows }) => ({ name, shape, train: examples(rows.train), test: examples(rows.test) }));
}
