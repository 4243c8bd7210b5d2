import { gatherImages, gatherLabels, type Dataset, type DataSource } from '@lethe/data';
import { groupLayout, judgeNetwork } from '@lethe/networks';
import type { CompiledStep, Engine } from '@lethe/tensorflow';
import { fitNetwork, predictNetwork, compilePrediction, type Classification, type LabelledExamples } from '../fit-network.js';
import { likeliestClass } from '../figures.js';

/** Must change whenever the same data would give another judge: saved judges of another version are not used. */
export const JUDGE_VERSION = 2;

/** The same for every run on the same data, so that runs can be compared. */
const FIT = { learningRate: 2e-3, epochs: 3, leastRounds: 500, batchSize: 100, seed: 1 };

/**
 * Trains a judge on the raw training images. A pure function of the data on engines of one fingerprint.
 *
 * @returns float32: its accuracy on the test images, then its parameters
 */
export async function trainJudge(engine: Engine, data: DataSource): Promise<Float32Array> {
  const classification = classificationOf(engine, data);
  const { classes } = classification;
  const parameters = await fitNetwork(classification, examplesOf(data.train), { ...FIT, classWeights: new Float64Array(classes).fill(1) });
  const logProbabilities = await predictNetwork(classification, parameters, examplesOf(data.test));
  const { labels } = examplesOf(data.test);
  const isRight = (label: number, example: number): boolean =>
    likeliestClass(logProbabilities.subarray(example * classes, (example + 1) * classes)) === label;
  const judge = new Float32Array(1 + parameters.length);
  judge[0] = labels.filter(isRight).length / labels.length;
  judge.set(parameters, 1);
  return judge;
}

/** Length in float32 numbers of a judge for this data: its accuracy, then its parameters. */
export function judgeLength({ facts: { shape, classes } }: Pick<DataSource, 'facts'>): number {
  return 1 + groupLayout('judge', [judgeNetwork({ ...shape, classes: classes.length })], 1).length;
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
  static async open(engine: Engine, data: DataSource, examples: number): Promise<Judge> {
    const { height, width, channels } = data.facts.shape;
    return new Judge(
      await compilePrediction(classificationOf(engine, data), [examples, height, width, channels]),
      data.facts.classes.length,
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

function classificationOf(engine: Engine, { facts: { shape, classes } }: DataSource): Classification {
  return { engine, network: judgeNetwork({ ...shape, classes: classes.length }), classes: classes.length };
}

function examplesOf(dataset: Dataset): LabelledExamples {
  const { height, width, channels } = dataset.inputs.shape;
  return {
    labels: gatherLabels(dataset, Uint32Array.from({ length: dataset.count }, (_, index) => index)),
    shape: [height, width, channels],
    gather: (indices) => gatherImages(dataset, indices),
  };
}
