import { setImmediate } from 'node:timers/promises';
import type { DataConfig } from '@lethe/config';
import type { ChosenNames } from '../attributes/read-chosen.js';
import { balanceNotes } from '../batches/balanced-training.js';
import { createDataSource } from '../data-source.js';
import { keepInputs } from '../inputs/keep-inputs.js';
import type { AttributeRoles, DataSource } from '../model/dataset.js';
import type { ColumnDescription, ReadingNote } from '../model/examples.js';
import type { BadInput, Inputs } from '../model/inputs.js';
import type { Keeping } from '../open-options.js';
import type { NumberEncoding } from '../columns/fit-column.js';
import type { FittedColumn } from '../columns/fitted-column.js';
import { TableFeatures } from '../columns/table-features.js';
import { describePreprocessing } from '../preprocessing/describe-preprocessing.js';
import { joinAttributes } from './join-attributes.js';
import { joinPopulations } from './join-populations.js';
import type { Population, SplitPopulation } from './population.js';
import { readableExamples, withRows, type ReadPopulation } from './readable-examples.js';
import { classesOf } from './run-classes.js';
import { splitPopulations, whereIn } from './split-population.js';
import { withoutRare } from './without-rare.js';

/** Populations as they were read, and what is made of them. */
export interface PreparePlan {
  /** Folder or file, for messages. */
  readonly origin: string;
  /** In their order; a single one if the data are of one population. */
  readonly populations: readonly Population[];
  /** In their order; null: the labels of the training examples of those populations that define them. */
  readonly classes: readonly string[] | null;
  /** Whether labels that are no classes count as none, instead of being refused. */
  readonly passesOtherLabels: boolean;
  /** Classes of a population with fewer examples are left out. */
  readonly minPerClass: number;
  /** What the run keeps and forgets; null: of domain adaptation, whose game needs no names of attributes. */
  readonly chosen: ChosenNames | null;
  readonly seed: number;
  /** How the data are read, as the settings have it. */
  readonly data: DataConfig;
  /** How numbers of a table become inputs. */
  readonly numbers: NumberEncoding;
  readonly keeping: Keeping;
}

/**
 * Data that a run can use: inputs are decoded and kept, what cannot be read is refused or left out, test examples are drawn, labels
 * become indices.
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function prepareData(plan: PreparePlan): Promise<DataSource> {
  const { origin, keeping, passesOtherLabels } = plan;
  // Decoding takes long: what is wrong with labels and splits is found before.
  const whole = splitFrequent(withRows(plan.populations), plan);
  classesOf(whole.populations, plan);
  const read = await readableExamples(plan.populations, keeping);
  const { populations, rare } = read.bad.length === 0 ? whole : splitFrequent(read.populations, plan);
  const classes = classesOf(populations, plan);
  const { inputs, columns, notes } = read.inputs === null
    ? await featuresAsInputs(populations, plan)
    : { inputs: read.inputs, columns: null, notes: [] };
  const { leftOut, ...joined } = joinPopulations(populations, { inputs, classes, passesOtherLabels });
  const isOfSeveral = populations.length > 1;
  const domains = isOfSeveral ? populations.map(({ name }) => name) : [];
  const source = await createDataSource({
    origin, classes, ...joined, chosen: plan.chosen, mayHaveAnySides: plan.data.kind === 'own',
    mayLackClasses: isOfSeveral && populations.every(({ learning, definesClasses }) => learning !== 'labelled' || !definesClasses),
    placeOf: whereIn(plan.populations), roles: rolesOf(populations), columns: columnsOf(populations),
    notes: [
      ...notesOf(populations), ...rare, ...notes, ...badNote(read.bad), ...read.notes, ...leftOutNote(leftOut),
      ...balanceNotes(joined.train, plan.data.balance),
    ],
    ...(isOfSeveral ? { domains } : {}),
  });
  return { ...source, preprocessing: describePreprocessing(plan.data, { inputs, columns, domains }) };
}

interface SplitFrequent {
  readonly populations: readonly SplitPopulation[];
  /** Says what was left out. */
  readonly rare: readonly ReadingNote[];
}

function splitFrequent(all: readonly ReadPopulation[], { minPerClass, seed }: PreparePlan): SplitFrequent {
  const { populations, notes } = withoutRare(all, minPerClass);
  return { populations: splitPopulations(populations, seed), rare: notes };
}

interface EncodedFeatures {
  readonly inputs: Inputs;
  readonly columns: readonly FittedColumn[];
  readonly notes: readonly ReadingNote[];
}

/** Cells become numbers by the training examples that the run learns from. */
export async function featuresAsInputs(
  populations: readonly SplitPopulation[], { keeping, numbers }: Pick<PreparePlan, 'keeping' | 'numbers'>,
): Promise<EncodedFeatures> {
  const features = joinAttributes(populations.map(({ examples }) => ({ attributes: examples.features, count: examples.count })));
  const training = populations.flatMap(({ learning, train, rows }) => (
    learning === 'none' ? [] : [train.map((example) => rows[example] as number)]
  ));
  const rows = new Uint32Array(training.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of training) {
    rows.set(part, filled);
    filled += part.length;
  }
  await setImmediate(); // signals are heard meanwhile
  const reader = new TableFeatures(features, rows, numbers);
  const { inputs } = await keepInputs(reader, keeping);
  return { inputs, columns: reader.columns, notes: reader.notes };
}

/** Populations out of one file have the same columns. */
export function columnsOf(populations: readonly Population[]): ColumnDescription[] {
  return [...new Map(populations.flatMap(({ examples }) => examples.columns.map((column) => [column.name, column] as const))).values()];
}

export function rolesOf(populations: readonly Population[]): AttributeRoles {
  const only = (names: readonly (string | null)[]): string | null => (new Set(names).size === 1 ? names[0] ?? null : null);
  const features = populations.flatMap(({ examples }) => (examples.inputs === null ? examples.features : []));
  return {
    label: only(populations.map(({ examples }) => examples.label)),
    domain: only(populations.map(({ examples }) => examples.domain)),
    inputs: [...new Set(features.map(({ name }) => name))],
  };
}

/** Populations out of one file have the same notes. */
export function notesOf(populations: readonly Population[]): ReadingNote[] {
  const byText = new Map(populations.flatMap(({ examples }) => examples.notes.map((note) => [note.text, note] as const)));
  return [...byText.values()];
}

function badNote([first, ...others]: readonly BadInput[]): ReadingNote[] {
  if (first === undefined) return [];
  const left = others.length === 0 ? '1 input that cannot be read is' : `${others.length + 1} inputs that cannot be read are`;
  return [{ kind: 'warning', text: `${left} left out (--skip-bad); the first: ${first.reason}` }];
}

function leftOutNote(leftOut: number): ReadingNote[] {
  if (leftOut === 0) return [];
  return [{ kind: 'warning', text: `${leftOut} training examples of the target have labels that no source has: they are left out` }];
}
