import { errorCode, errorMessage } from '@lethe/errors';
import { assignRoles, type RolesToAssign } from '../attributes/assign-roles.js';
import { checkChosen } from '../attributes/check-chosen.js';
import { readChosen, type ChosenNames, type ReadChosen } from '../attributes/read-chosen.js';
import { checkShape } from '../data-source.js';
import { byDomain } from '../domains/domain-sources.js';
import { invalidData } from '../invalid-data.js';
import { MISSING } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import type { Examples, ReadingNote } from '../model/examples.js';
import type { BadInput } from '../model/inputs.js';
import { byCodeUnit, sortedClassNames } from '../name-order.js';
import type { Keeping } from '../open-options.js';
import { joinPopulations } from '../prepare/join-populations.js';
import { expectLabels, labelOf, type Population, type SplitPopulation } from '../prepare/population.js';
import { columnsOf, featuresAsInputs, notesOf, rolesOf } from '../prepare/prepare-data.js';
import { readableExamples, type ReadPopulation } from '../prepare/readable-examples.js';
import { classesOf } from '../prepare/run-classes.js';
import { splitPopulations, whereIn } from '../prepare/split-population.js';
import type { DataToDescribe } from './data-report.js';

/** Data as they are, whether a run could use them or not. */
export interface OpenedToDescribe {
  readonly data: DataToDescribe;
  /** Inputs that cannot be read: they are left out. */
  readonly bad: readonly BadInput[];
  /** Of how many inputs. */
  readonly count: number;
  /** Why a run could not use them; none if they have no labels anyway. */
  readonly problems: readonly string[];
}

/** How they are opened. */
export interface DescribingPlan {
  /** Folder or file, for messages. */
  readonly origin: string;
  readonly seed: number;
  readonly keeping: Keeping;
  /** What a run of one population would keep and forget; null: nothing of it is known. */
  readonly chosen: RolesToAssign | null;
  /** Whether images may have sides that are no multiples of 4: those of an own reader. */
  readonly mayHaveAnySides?: boolean;
}

/**
 * Opens examples whose domains an attribute may name. As in a run, the domains of a table are split one by one, and images of a run without
 * domains all at once.
 */
export async function openExamplesToDescribe(read: Examples, plan: DescribingPlan): Promise<OpenedToDescribe> {
  const examples = plan.chosen === null ? read : assignRoles(read, plan.chosen);
  const domains = examples.inputs === null && plan.chosen === null ? await domainsOfTable(examples) : [];
  if (domains.length > 1) return openToDescribe(domains, plan);
  const name = 'all';
  const opened = await openToDescribe([{ name, examples, learning: 'labelled', definesClasses: true, drawName: null }], plan);
  return { ...opened, data: withDomains(opened.data, examples.domain) };
}

/** None if a row has no domain: it would be in none. */
async function domainsOfTable(examples: Examples): Promise<Population[]> {
  const domain = examples.attributes.find(({ name }) => name === examples.domain);
  if (domain?.kind !== 'category' || domain.values.includes(MISSING)) return [];
  const { names, examplesOf } = byDomain(examples);
  return Promise.all(names.map(async (name): Promise<Population> => (
    { name, examples: await examplesOf(name), learning: 'labelled', definesClasses: true, drawName: name }
  )));
}

/**
 * Opens populations, all with their labels. What cannot be read is left out, and what a run would be refused for is collected.
 * @throws LetheError DATA_INVALID for what cannot be described either, INTERRUPTED
 */
export async function openToDescribe(populations: readonly Population[], plan: DescribingPlan): Promise<OpenedToDescribe> {
  const { origin, seed, keeping } = plan;
  const problems: string[] = [];
  const tried = <Result>(attempt: () => Result): Result | null => {
    try {
      return attempt();
    } catch (error) {
      if (errorCode(error) !== 'DATA_INVALID') throw error;
      problems.push(errorMessage(error));
      return null;
    }
  };
  const read = await readableExamples(populations, { ...keeping, skipBad: 1 });
  const split = tried(() => splitPopulations(read.populations, seed)) ?? read.populations.map(allToTrain);
  const encoding = { keeping, numbers: plan.chosen === null ? 'standardised' : 'piecewise' } as const;
  const { inputs, notes } = read.inputs === null ? await featuresAsInputs(split, encoding) : { inputs: read.inputs, notes: [] };
  const examplesOfAll = populations.length === 1 ? populations[0]?.examples : undefined;
  const classes = sortedClassNames(split.flatMap(({ examples }) => usedLabels(examples)));
  const { train, test, heldOut } = joinPopulations(split, { inputs, classes, passesOtherLabels: true });
  if (plan.mayHaveAnySides !== true) tried(() => { checkShape(origin, train); });
  if (classes.length > 0) tried(() => classesOf(split, { origin, classes: null }));
  if (populations.length === 1) tried(() => { expectTrained(origin, train, classes); });
  // Where there are domains, those without labels can be a run's target.
  if (examplesOfAll?.domain === null && plan.chosen === null) tried(() => { expectLabels(examplesOfAll); });
  const roles = rolesOf(populations);
  const chosen = plan.chosen === null ? null : tried(() => readChosen({ origin, train, test, classes, roles }, plan.chosen as ChosenNames));
  const told = chosen === null ? null : await whatKeptTells(chosen, { train, classes });
  const data: DataToDescribe = {
    facts: { classes, domains: split.map(({ name }) => ({ name })), kept: chosen?.kept ?? [], forgotten: chosen?.forgotten ?? [] },
    train: { ...train, ...chosen?.train }, test: { ...test, ...chosen?.test }, heldOut,
    columns: columnsOf(populations),
    notes: [...notesOf(populations), ...notes, ...read.notes, ...chosen?.notes ?? [], ...told?.notes ?? []],
    roles, placeOf: whereIn(populations),
  };
  const count = populations.reduce((sum, { examples }) => sum + examples.count, 0);
  return { data, bad: read.bad, count, problems: classes.length > 0 ? [...problems, ...told?.problems ?? []] : [] };
}

/** What kept attributes tell of forgotten ones, or why a run would be refused. */
async function whatKeptTells(
  { train: values, ...facts }: ReadChosen, { train, classes }: { readonly train: Dataset; readonly classes: readonly string[] },
): Promise<{ readonly notes: readonly ReadingNote[]; readonly problems: readonly string[] }> {
  const tried = (['parity', 'odds'] as const).map(async (fairness) => (
    checkChosen({ facts: { ...facts, classes }, train: { ...train, ...values } }, fairness).catch((error: unknown) => {
      if (errorCode(error) !== 'CONFIG_INVALID') throw error;
      return `--fairness ${fairness}: ${errorMessage(error)}`;
    })
  ));
  const [parity, odds] = await Promise.all(tried);
  const problems = [parity, odds].filter((one) => typeof one === 'string');
  const notes = [parity, odds].find((one) => Array.isArray(one)) ?? [];
  return { notes, problems };
}

function allToTrain(population: ReadPopulation): SplitPopulation {
  const train = Uint32Array.from({ length: population.examples.count }, (_, example) => example);
  return { ...population, train, test: new Uint32Array(0), heldOut: new Uint32Array(0) };
}

function usedLabels(examples: Examples): string[] {
  const label = labelOf(examples);
  const used = new Set(label?.values);
  return label?.categories.filter((_, index) => used.has(index)) ?? [];
}

function expectTrained(origin: string, { labels }: Dataset, classes: readonly string[]): void {
  const present = new Set(labels);
  const untrained = classes.filter((_, index) => !present.has(index));
  if (untrained.length > 0) throw invalidData(origin, 'training examples of every class', `none of ${untrained.slice(0, 5).join(', ')}`);
}

const UNKNOWN = 'without a domain';

/** The same data with an attribute as their domains; as they are if it has a single value, or none. */
function withDomains(data: DataToDescribe, name: string | null): DataToDescribe {
  const names = new Map<string, number>();
  const domainsOf = ({ attributes, count }: Dataset): Uint32Array | null => {
    const attribute = attributes.find((one) => one.name === name);
    if (attribute?.kind !== 'category') return null;
    return Uint32Array.from({ length: count }, (_, row) => {
      const value = attribute.values[row] as number;
      const domain = value === MISSING ? UNKNOWN : attribute.categories[value] as string;
      const index = names.get(domain) ?? names.size;
      names.set(domain, index);
      return index;
    });
  };
  const [train, test] = [domainsOf(data.train), domainsOf(data.test)];
  if (train === null || test === null || names.size < 2) return data;
  const sorted = [...names.keys()].sort(byCodeUnit);
  const placeOf = Uint32Array.from(names.keys(), (domain) => sorted.indexOf(domain));
  const ordered = (domains: Uint32Array): Uint32Array => domains.map((domain) => placeOf[domain] as number);
  return {
    ...data, facts: { ...data.facts, domains: sorted.map((domain) => ({ name: domain })) },
    train: { ...data.train, domains: ordered(train) }, test: { ...data.test, domains: ordered(test) },
  };
}
