import { gatherImages, probedAttribute, type Dataset, type DataSource } from '@lethe/data';
import { groupLayout, judgeNetwork } from '@lethe/networks';
import type { CompiledStep, Engine } from '@lethe/tensorflow';
import { fitNetwork, predictNetwork, compilePrediction, type Classification, type LabelledExamples } from '../fit-network.js';
import { likeliestClass } from '../figures.js';
import { attributeNamed } from '../probes/chosen-examples.js';
import { classWeights } from '../probes/probe-data.js';

/** Must change whenever the same data would give another judge: saved judges of another version are not used. */
export const JUDGE_VERSION = 3;

/** The same for every run on the same data, so that runs can be compared. */
const FIT = { learningRate: 2e-3, epochs: 3, leastRounds: 500, batchSize: 100, seed: 1 };

/** What judges judge. */
export interface Judged {
  /** Name of what they read, as the facts have it. */
  readonly attribute: string;
  readonly categories: readonly string[];
}

/**
 * What a judge reads.
 * @param named the name of an attribute of the facts as a message has it; empty: the label
 * @throws RangeError for another name
 */
export function judgedAttribute(data: Pick<DataSource, 'facts' | 'test'>, named: string): Judged {
  const attribute = attributeNamed(data, named);
  return { attribute, categories: probedAttribute(data.test, data.facts, attribute).categories };
}

/**
 * Trains a judge on the raw training images that have the attribute. A pure function of the data on engines of one fingerprint. All labels
 * weigh alike; of an attribute, whose values may be rare, each value does.
 *
 * @param named as for `judgedAttribute`
 * @returns float32: the share of the test images that it reads right, then its parameters
 */
export async function trainJudge(engine: Engine, data: DataSource, named: string): Promise<Float32Array> {
  const judged = judgedAttribute(data, named);
  const classification = classificationOf(engine, data, judged);
  const { classes } = classification;
  const [train, test] = [data.train, data.test].map((dataset) => examplesOf(dataset, data, judged)) as [LabelledExamples, LabelledExamples];
  const parameters = await fitNetwork(classification, train, {
    ...FIT, classWeights: classWeights(train.labels, classes, named !== ''),
  });
  const logProbabilities = await predictNetwork(classification, parameters, test);
  const isRight = (label: number, example: number): boolean =>
    likeliestClass(logProbabilities.subarray(example * classes, (example + 1) * classes)) === label;
  const judge = new Float32Array(1 + parameters.length);
  judge[0] = test.labels.filter(isRight).length / test.labels.length;
  judge.set(parameters, 1);
  return judge;
}

/** Length in float32 numbers of a judge that tells so many classes: its accuracy, then its parameters. */
export function judgeLength({ shape }: Pick<DataSource['facts'], 'shape'>, classes: number): number {
  return 1 + groupLayout('judge', [judgeNetwork({ ...shape, classes })], 1).length;
}

/** Reads images in batches of constant size. */
export class Judge {
  readonly #step: CompiledStep<'parameters' | 'inputs', 'logProbabilities'>;
  readonly #classes: number;

  private constructor(step: CompiledStep<'parameters' | 'inputs', 'logProbabilities'>, classes: number) {
    this.#step = step;
    this.#classes = classes;
  }

  /** @param examples number of images that are read in one call */
  static async open(engine: Engine, data: Pick<DataSource, 'facts'>, judged: Judged, examples: number): Promise<Judge> {
    const { height, width, channels } = data.facts.shape;
    return new Judge(
      await compilePrediction(classificationOf(engine, data, judged), [examples, height, width, channels]), judged.categories.length,
    );
  }

  /** The class that each image [examples, height, width, channels] is read as, by a judge as `trainJudge` returns it. */
  read(judge: Float32Array, images: Float32Array): Int32Array {
    const { logProbabilities } = this.#step.run({ parameters: judge.subarray(1), inputs: images });
    return Int32Array.from({ length: logProbabilities.length / this.#classes }, (_, example) => (
      likeliestClass(logProbabilities.subarray(example * this.#classes, (example + 1) * this.#classes))
    ));
  }

  dispose(): void {
    this.#step.dispose();
  }
}

function classificationOf(
  engine: Engine, { facts: { shape } }: Pick<DataSource, 'facts'>, { categories: { length: classes } }: Judged,
): Classification {
  return { engine, network: judgeNetwork({ ...shape, classes }), classes };
}

/** Those of a split that have a value. */
function examplesOf(dataset: Dataset, { facts }: Pick<DataSource, 'facts'>, { attribute }: Judged): LabelledExamples {
  const { height, width, channels } = dataset.inputs.shape;
  const { labels: all } = probedAttribute(dataset, facts, attribute);
  const chosen = Uint32Array.from(all.keys()).filter((example) => (all[example] ?? -1) >= 0);
  return {
    labels: Int32Array.from(chosen, (example) => all[example] ?? 0),
    shape: [height, width, channels],
    gather: (indices) => gatherImages(dataset, indices.map((index) => chosen[index] ?? 0)),
  };
}
