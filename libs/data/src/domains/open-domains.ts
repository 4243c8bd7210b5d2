import type { DataConfig, DomainsConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { MISSING } from '../model/attributes.js';
import type { DataSource } from '../model/dataset.js';
import type { Examples } from '../model/examples.js';
import { keepingOf, type OpenOptions } from '../open-options.js';
import { labelOf, type Population } from '../prepare/population.js';
import { prepareData } from '../prepare/prepare-data.js';
import type { ReaderOptions } from '../readers/reader.js';
import { openDomainSource, type DomainSource } from './domain-sources.js';

/**
 * Opens the populations that a configuration names: the training examples of those that the run learns from, and the test
 * examples of all. When the run carries a model to the target, the labels of the target's training examples are left out, so
 * that no later code can look at them.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openDomains(data: DataConfig, reader: ReaderOptions, options: OpenOptions): Promise<DataSource> {
  const { domains: config, folder, reading } = data;
  if (config === null) throw new LetheError('CONFIG_INVALID', 'data.domains: expected the domains to read, found none');
  const sources = await Promise.all(config.from.map((source) => openDomainSource(source, folder ?? '', reader)));
  const wanted = wantedDomains(config, sources.flatMap(({ names }) => names));
  const populations: Population[] = [];
  for (const name of wanted) {
    const { examplesOf } = sources.find(({ names }) => names.includes(name)) as DomainSource;
    populations.push({ name, examples: await examplesOf(name), ...roleOf(config, name, reading.rules), drawName: name });
  }
  const [first] = config.from;
  const classes = first?.kind === 'table' && first.classes !== null ? Object.keys(first.classes) : null;
  const origin = folder ?? 'the domains';
  return prepareData({
    origin, populations: withDefinedClasses(populations), classes, passesOtherLabels: reading.rules > 1,
    minPerClass: reading.minPerClass, chosen: null, numbers: 'standardised', seed: reader.seed, data,
    keeping: keepingOf(origin, reading, options),
  });
}

/** Domains that take part, the target last. */
function wantedDomains({ sources, target }: DomainsConfig, known: readonly string[]): string[] {
  if (target === null) {
    const expected = `expected the domain to carry the model to, one of ${known.join(', ')}`;
    throw new LetheError('CONFIG_INVALID', `--target is missing: ${expected}, found none`);
  }
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

/**
 * What a domain is for. Classes are the sources' in every kind of run, so that runs can be compared; by the first rules of reading they
 * were those of the domains whose labels the run learns.
 */
function roleOf({ training, target }: DomainsConfig, name: string, rules: 1 | 2): Pick<Population, 'learning' | 'definesClasses'> {
  const isTarget = name === target;
  const isLabelled = isTarget ? training === 'target' : training !== 'target';
  const isLearntFrom = isTarget ? training !== 'sources' : training !== 'target';
  return {
    learning: isLabelled ? 'labelled' : isLearntFrom ? 'unlabelled' : 'none',
    definesClasses: rules === 1 ? isLabelled : !isTarget,
  };
}

/** Where no source has a label, the target's define the classes. */
function withDefinedClasses(populations: readonly Population[]): Population[] {
  const isDefined = populations.some(({ examples, definesClasses }) => definesClasses && hasLabels(examples));
  return populations.map((population) => (isDefined ? population : { ...population, definesClasses: population.learning === 'labelled' }));
}

function hasLabels(examples: Examples): boolean {
  return labelOf(examples)?.values.some((value) => value !== MISSING) ?? false;
}
