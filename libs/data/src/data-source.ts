import { createHash, type Hash } from 'node:crypto';
import { choosesNothing } from './attributes/assign-roles.js';
import { readChosen, type ChosenNames } from './attributes/read-chosen.js';
import { invalidData as invalid } from './invalid-data.js';
import { hashInputs } from './inputs/hash-inputs.js';
import { asBytes } from './inputs/input-values.js';
import { MISSING } from './model/attributes.js';
import type { AttributeRoles, DataFacts, DataSource, Dataset, DomainFacts, LabelCount } from './model/dataset.js';
import type { ColumnDescription, ReadingNote } from './model/examples.js';

/** A training and a test set with the names of their classes, not yet checked against each other. */
export interface DataParts {
  /** Folder or package, for messages. */
  readonly origin: string;
  readonly classes: readonly string[];
  /** Names of the domains; without them there is one, called `all`. */
  readonly domains?: readonly string[];
  readonly train: Dataset;
  readonly test: Dataset;
  readonly heldOut?: Uint32Array | null;
  /** Of each domain. */
  readonly otherLabels?: readonly (readonly LabelCount[])[];
  /** Whether classes may be without training examples: then they are those of another run, with which this one is compared. */
  readonly mayLackClasses?: boolean;
  /** Whether images may have sides that are no multiples of 4: those of an own reader, which a game with other networks may take. */
  readonly mayHaveAnySides?: boolean;
  readonly roles?: AttributeRoles;
  /** What the run keeps and forgets; null: of domain adaptation, whose game needs no names of attributes. */
  readonly chosen?: ChosenNames | null;
  /** Place of a row of the inputs, for messages. */
  readonly placeOf?: (row: number) => string;
  readonly columns?: readonly ColumnDescription[];
  readonly notes?: readonly ReadingNote[];
}

/**
 * Checks that the parts belong together and that the networks can take them, and adds the facts.
 * @throws LetheError DATA_INVALID
 */
export async function createDataSource(parts: DataParts): Promise<Omit<DataSource, 'preprocessing'>> {
  const { origin, classes, domains = ['all'], train, test, heldOut = null, columns = [], notes = [] } = parts;
  const { placeOf = (row: number): string => `example ${row}`, roles = { label: null, domain: null, inputs: [] } } = parts;
  if (parts.mayHaveAnySides !== true) checkShape(origin, train);
  const { chosen: names = null } = parts;
  const needsClasses = names === null || !choosesNothing(names);
  if (needsClasses && classes.length < 2) throw invalid(origin, 'at least 2 classes', `${classes.length} (${shownNames(classes)})`);
  const untrained = parts.mayLackClasses === true ? [] : missingClasses(train, classes);
  if (untrained.length > 0) throw invalid(origin, 'training images of every class', `none of ${shownNames(untrained)}`);
  const counts = {
    shape: train.inputs.shape, classes, trainCount: train.count, testCount: test.count, heldOutCount: heldOut?.length ?? null,
    domains: countDomains(domains, { train, test }).map((domain, index) => ({ ...domain, otherLabels: parts.otherLabels?.[index] ?? [] })),
  };
  const chosen = readChosen({ origin, train, test, classes, roles }, names ?? { keep: [], forget: [] });
  const [ofTrain, ofTest] = [{ ...train, ...chosen.train }, { ...test, ...chosen.test }];
  const facts = { ...counts, kept: chosen.kept, forgotten: chosen.forgotten };
  const fingerprint = await fingerprintOf(facts, [ofTrain, ofTest], heldOut);
  return {
    facts: Object.freeze({ ...facts, fingerprint }), train: ofTrain, test: ofTest, heldOut, columns, roles, placeOf,
    notes: [...notes, ...chosen.notes],
  };
}

/** @throws LetheError DATA_INVALID */
export function checkShape(origin: string, { inputs: { shape: { height, width }, values } }: Dataset): void {
  // The networks halve both sides of images twice.
  if (values !== 'bytes' || (height % 4 === 0 && width % 4 === 0)) return;
  throw invalid(origin, 'images with sides that are multiples of 4 pixels', `${height} x ${width}`);
}

/** The facts of each domain that are counted. */
function countDomains(names: readonly string[], { train, test }: Pick<DataParts, 'train' | 'test'>): Omit<DomainFacts, 'otherLabels'>[] {
  const counts = names.map((name) => ({ name, trainCount: 0, labelledCount: 0, testCount: 0 }));
  for (let example = 0; example < train.count; example += 1) {
    const own = counts[train.domains[example] as number];
    if (own === undefined) continue;
    own.trainCount += 1;
    if (train.labels[example] !== MISSING) own.labelledCount += 1;
  }
  for (const domain of test.domains) {
    const own = counts[domain];
    if (own !== undefined) own.testCount += 1;
  }
  return counts;
}

function missingClasses(dataset: Dataset, classes: readonly string[]): string[] {
  const present = new Set(dataset.labels);
  return classes.filter((_, label) => !present.has(label));
}

/** SHA-256 over everything that influences a run: the facts as text, then inputs, labels and domains, what is kept and forgotten. */
async function fingerprintOf(
  facts: Omit<DataFacts, 'fingerprint'>, datasets: readonly Dataset[], heldOut: Uint32Array | null,
): Promise<string> {
  const { shape, classes, trainCount, testCount, domains } = facts;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([shape.height, shape.width, shape.channels, trainCount, testCount, classes]));
  const isOfSeveral = domains.length > 1;
  if (isOfSeveral) hash.update(JSON.stringify(domains.map(({ otherLabels: _, ...domain }) => domain)));
  const [labelBytes, domainBytes] = [indexBytes(classes.length), indexBytes(domains.length)];
  for (const { inputs, rows, labels, domains: origins } of datasets) {
    await hashInputs(hash, inputs, rows);
    hash.update(labelBytes(labels));
    if (isOfSeveral) hash.update(domainBytes(origins));
  }
  if (heldOut !== null) hash.update('held out').update(heldOut);
  if (!forgetsTheLabelAlone(facts)) hashChosen(hash, facts, datasets);
  return hash.digest('hex');
}

/** As every run of one population did once; fingerprints of before stay what they are. */
function forgetsTheLabelAlone({ kept, forgotten }: Pick<DataFacts, 'kept' | 'forgotten'>): boolean {
  return kept.length === 0 && forgotten.every(({ isLabel }) => isLabel);
}

function hashChosen(hash: Hash, { kept, forgotten }: Pick<DataFacts, 'kept' | 'forgotten'>, datasets: readonly Dataset[]): void {
  hash.update(JSON.stringify([kept, forgotten]));
  for (const dataset of datasets) for (const values of [...dataset.kept, ...dataset.forgotten]) hash.update(asBytes(values));
}

/** Up to 255 indices were bytes once, of which 255 stands for MISSING; fingerprints of before stay what they are. */
function indexBytes(names: number): (indices: Uint32Array) => Uint8Array {
  if (names <= 255) return (indices) => Uint8Array.from(indices, (index) => Math.min(index, 255));
  return (indices) => new Uint8Array(indices.buffer, indices.byteOffset, indices.byteLength);
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  return shown.join(', ') + (names.length > shown.length ? ', ...' : '');
}
