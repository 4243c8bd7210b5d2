import { BatchStream, gatherLabels, probedAttribute, type DataSource, type Dataset } from '@lethe/data';
import { foreignText, LetheError } from '@lethe/errors';
import type { ProbeRequest } from '@lethe/protocol';
import type { NumberInParts } from './probe-figures.js';
import { probedExamples } from './probed-examples.js';

/** The examples that a probe is trained or scored on: their indices in the split, and the class of each. */
export interface ChosenSide {
  readonly dataset: Dataset;
  readonly indices: Uint32Array;
  readonly labels: Int32Array;
}

export interface ChosenExamples {
  readonly train: ChosenSide;
  readonly test: ChosenSide;
  readonly classes: number;
  readonly number: NumberInParts | null;
}

/** Which half of the test examples is trained on is the same for every probe of an attribute. */
const HALVES_SEED = 1;

/**
 * The examples that a request means: those with a value of the attribute, of the given class of the label if there is one; both sides
 * from the test examples where it asks for halves. A pure function of its arguments.
 *
 * @param most examples of each side at most
 * @throws LetheError DATA_INVALID if there are none
 */
export function chooseExamples(data: DataSource, request: ProbeRequest, most: number): ChosenExamples {
  const name = attributeNamed(data, request.attribute);
  const target = probedAttribute(data.test, data.facts, name);
  const [train, test] = sidesOf(data, request);
  for (const [side, what] of [[train, 'training'], [test, 'test']] as const) {
    if (side.indices.length > 0) continue;
    const given = request.given < 0 ? '' : ` of the class "${data.facts.classes[request.given] ?? request.given}"`;
    throw new LetheError('DATA_INVALID', `a probe of ${name || 'the label'}: expected ${what} examples with a value${given}, found none`);
  }
  const bounded = bound(test, most);
  return {
    train: bound(train, most),
    test: bounded,
    classes: target.categories.length,
    number: target.means === null || target.values === null
      ? null
      : { means: target.means, values: Float64Array.from(bounded.indices, (index) => target.values?.[index] ?? Number.NaN) },
  };
}

/** Whether both sides have examples: of a rare class of the label perhaps none has a value of the attribute, or none is for testing. */
export function hasExamples(data: DataSource, request: ProbeRequest): boolean {
  return sidesOf(data, request).every(({ indices }) => indices.length > 0);
}

function sidesOf(data: DataSource, request: ProbeRequest): readonly [train: ChosenSide, test: ChosenSide] {
  const tested = chooseSide(data, data.test, request);
  return request.halves ? halves(tested) : [chooseSide(data, data.train, request), tested];
}

/** The name, as the facts have it, of an attribute that a message names: there, texts have no characters that cannot be printed. */
export function attributeNamed({ facts }: Pick<DataSource, 'facts'>, named: string): string {
  return [...facts.kept, ...facts.forgotten].find(({ name }) => foreignText(name) === named)?.name ?? named;
}

function chooseSide(data: DataSource, dataset: Dataset, { attribute, given }: ProbeRequest): ChosenSide {
  const { labels } = probedAttribute(dataset, data.facts, attributeNamed(data, attribute));
  const classes = gatherLabels(dataset, Uint32Array.from(labels.keys()));
  const indices = Uint32Array.from(labels.keys()).filter((index) => (labels[index] ?? -1) >= 0 && (given < 0 || classes[index] === given));
  return part({ dataset, labels, indices: Uint32Array.from(labels.keys()) }, indices);
}

/** Some examples of a side, by their places in it. */
function part({ dataset, indices, labels }: ChosenSide, places: Uint32Array): ChosenSide {
  return {
    dataset,
    indices: Uint32Array.from(places, (place) => indices[place] ?? 0),
    labels: Int32Array.from(places, (place) => labels[place] ?? 0),
  };
}

function halves(side: ChosenSide): [ChosenSide, ChosenSide] {
  const all = Uint32Array.from(side.indices.keys());
  if (all.length === 0) return [side, side];
  const order = new BatchStream({ training: all, batchSize: all.length, seed: HALVES_SEED }).round(0);
  const half = Math.floor(all.length / 2);
  return [part(side, order.slice(0, half).sort()), part(side, order.slice(half).sort())];
}

function bound(side: ChosenSide, most: number): ChosenSide {
  return side.indices.length <= most ? side : part(side, probedExamples(side.labels, most));
}
