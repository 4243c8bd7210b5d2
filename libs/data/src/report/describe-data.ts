import { READING } from '@lethe/config';
import { associations, decidingNotes, type Association } from '../columns/associations.js';
import { chooseAttribute, MISSING, type Attribute } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import type { ColumnDescription } from '../model/examples.js';
import { joinAttributes } from '../prepare/join-attributes.js';
import { countParts } from './count-parts.js';
import type { DataReport, DataToDescribe } from './data-report.js';
import { inputWarnings } from './input-warnings.js';
import { lookAtInputs } from './look-at-inputs.js';
import { summariseAttribute } from './summarise-attribute.js';

/** Rows on which it is counted how much attributes tell of each other. */
const MOST_ROWS = 100_000;
/** Of more attributes it is only asked what they tell of label and domain: pairs are many. */
const MOST_PAIRED = 60;
const STRONGEST = 10;
/** Less is hardly anything. */
const LEAST_SHARE = 0.05;

export interface DescribeOptions {
  /** Bound on the inputs that a process keeps in memory. */
  readonly memoryMiB?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at all that is known of data. Takes time in proportion to their size: each input is read once.
 * @throws LetheError INTERRUPTED
 */
export async function describeData(
  source: DataToDescribe, { memoryMiB = READING.memoryMiB, signal }: DescribeOptions = {},
): Promise<DataReport> {
  const { facts, train, test, heldOut, notes, roles } = source;
  const counted = countParts(source);
  const { inputs: { shape, values, described } } = train;
  const looked = await lookAtInputs(source, signal);
  const rows = rowsToCount(source);
  const told = await strongest(source, rows);
  const learnt = told.filter(({ of }) => of === roles.label || of === roles.domain);
  return {
    ...counted, ...looked, shape, values, kept: described, memoryMiB, hasHeldOut: heldOut !== null, classNames: facts.classes,
    columns: describeColumns(source), countedRows: rows.count,
    associations: told.filter(({ share }) => share >= LEAST_SHARE).slice(0, STRONGEST),
    findings: [
      ...inputWarnings(looked, { images: train.count + test.count, tests: test.count }),
      ...decidingNotes(learnt, rows.count, roles.inputs).map(({ text }) => text),
    ],
    notes,
  };
}

/** How each column was read and what is in it; without a table, the attributes. */
function describeColumns({ columns, train, test }: DataToDescribe): ColumnDescription[] {
  const parts = new Map<string, Attribute[]>();
  for (const attribute of [...train.attributes, ...test.attributes]) {
    const known = parts.get(attribute.name);
    if (known === undefined) parts.set(attribute.name, [attribute]);
    else known.push(attribute);
  }
  const described = columns.map(({ name, description }) => {
    const summary = summariseAttribute(parts.get(name) ?? []);
    return { name, description: summary === '' ? description : `${description}: ${summary}` };
  });
  const names = new Set(columns.map(({ name }) => name));
  const others = [...parts].filter(([name]) => !names.has(name));
  const summaries = others.map(([name, own]) => ({ name, description: summariseAttribute(own) }));
  return [...described, ...summaries.filter(({ description }) => description !== '')];
}

/** Some rows of both parts. */
interface ChosenRows {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  readonly count: number;
}

/** Labelled examples, if there are any: what is known of hidden labels is nothing. Of too many, each so manieth. */
function rowsToCount({ train, test, facts }: DataToDescribe): ChosenRows {
  const known = ({ count, labels }: Dataset): Uint32Array => {
    const all = Uint32Array.from({ length: count }, (_, row) => row);
    return facts.classes.length === 0 ? all : all.filter((row) => labels[row] !== MISSING);
  };
  const [ofTrain, ofTest] = [known(train), known(test)];
  const step = Math.max(1, Math.ceil((ofTrain.length + ofTest.length) / MOST_ROWS));
  const some = (rows: Uint32Array): Uint32Array => (step === 1 ? rows : rows.filter((_, index) => index % step === 0));
  const chosen = { train: some(ofTrain), test: some(ofTest) };
  return { ...chosen, count: chosen.train.length + chosen.test.length };
}

/** What attributes tell of each other, the most first. */
async function strongest({ train, test, roles }: DataToDescribe, rows: ChosenRows): Promise<Association[]> {
  const some = (dataset: Dataset, chosen: Uint32Array): { attributes: Attribute[]; count: number } => (
    { attributes: dataset.attributes.map((attribute) => chooseAttribute(attribute, chosen)), count: chosen.length }
  );
  const attributes = joinAttributes([some(train, rows.train), some(test, rows.test)]);
  const learnt = attributes.filter(({ name }) => name === roles.label || name === roles.domain);
  const found = await associations(attributes, attributes.length > MOST_PAIRED ? learnt : attributes);
  return found.sort((one, other) => other.share - one.share);
}
