import { gatherBatch, oneHot } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { batchInputs } from '@lethe/graphs';
import type { LossContext } from '@lethe/objectives';
import type { InputValues } from '@lethe/tensorflow';
import type { EvaluatorOptions } from '@lethe/worker';
import type { Tensor } from '@tensorflow/tfjs';
import { deployedDecoder, toldAttributes, type PlacedAttribute } from '../deployed-functions.js';
import { compileEvaluation, type EvaluationStep } from '../evaluation-steps.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { Judge, judgedAttribute, judgeLength } from './judge.js';
import { swapRow } from './swap-rows.js';

/** Test images that are redrawn and judged at once. */
const REDRAWN_AT_ONCE = 50;
/** The input of a batch that has the labels. */
const LABELS = 'labels';

export interface SwapTask {
  /** First test image, and the number of images from there on. */
  readonly first: number;
  readonly count: number;
  /** As `trainJudge` returns it. */
  readonly judge: Float32Array | null;
}

type RunStep = (step: EvaluationStep, inputs: Record<string, InputValues>) => Float32Array;

/** Redraws test images under every value of an attribute, told all else as it is, and has a judge read the results. */
export class SwapEvaluation {
  readonly #options: EvaluatorOptions;
  readonly #redraw: EvaluationStep;
  readonly #judge: Judge;
  readonly #values: number;
  /** Whether the label is redrawn: then style is measured too, and images themselves are not judged. */
  readonly #isOfLabel: boolean;

  private constructor(options: EvaluatorOptions, { redraw, judge, values, isOfLabel }: OpenedSwap) {
    this.#options = options;
    this.#redraw = redraw;
    this.#judge = judge;
    this.#values = values;
    this.#isOfLabel = isOfLabel;
  }

  /**
   * @param named name of an attribute that the decoder is told, as a message has it; empty: the label
   * @throws LetheError CONFIG_INVALID for a game without a decoder that is told it
   */
  static async open(options: EvaluatorOptions, named: string): Promise<SwapEvaluation> {
    const { engine, description, data } = options;
    const judged = judgedAttribute(data, named);
    const decode = deployedDecoder(description);
    const told = toldAttributes(description).find(({ name, input }) => (named === '' ? input === LABELS : name === judged.attribute));
    if (decode === null || told === undefined) {
      const found = `${description.objective.name}, whose decoder is not told ${named === '' ? 'the label' : judged.attribute}`;
      throw new LetheError('CONFIG_INVALID', `objective.kind: expected another objective, found ${found}`);
    }
    const { length: values } = told.categories;
    const redraw = await compileEvaluation({
      engine, description, name: `swap-${told.input}`, examples: REDRAWN_AT_ONCE,
      compute: (context) => {
        const latent = description.objective.encode(context);
        return context.operations.concat(Array.from({ length: values }, (_, value) => {
          const rows = context.operations.constant(
            [...oneHot(new Int32Array(REDRAWN_AT_ONCE).fill(value), values)], [REDRAWN_AT_ONCE, values],
          );
          return decode(withValue(context, told, rows), latent);
        }), 0);
      },
    });
    return new SwapEvaluation(options, {
      redraw, values, isOfLabel: named === '', judge: await Judge.open(engine, data, judged, REDRAWN_AT_ONCE),
    });
  }

  /**
   * @param run runs the step with the parameters of the networks
   * @returns rows as `swapRow` makes them; of an attribute rows of what the judge reads in the image and in what it becomes
   */
  async rows({ first, count, judge }: SwapTask, run: RunStep): Promise<Float32Array> {
    const { description: { facts }, data } = this.#options;
    if (judge?.length !== judgeLength(facts, this.#values)) throw new TypeError('the task brings no judge of this data');
    const rows: number[][][] = [];
    for (let start = first; start < first + count; start += REDRAWN_AT_ONCE) {
      // The last chunk is filled up with its own first example: the graph's batch is constant.
      const indices = Uint32Array.from({ length: REDRAWN_AT_ONCE }, (_, index) => (start + index < first + count ? start + index : start));
      const batch = gatherBatch(data.test, indices, facts);
      const drawn = run(this.#redraw, batchInputs(batch));
      rows.push(this.#rowsOf(batch.images, drawn, judge).slice(0, first + count - start));
      await yieldToEventLoop();
    }
    return Float32Array.from(rows.flat(2));
  }

  dispose(): void {
    this.#redraw.dispose();
    this.#judge.dispose();
  }

  /** A row for each image. @param drawn the images under each value, one after another */
  #rowsOf(images: Float32Array, drawn: Float32Array, judge: Float32Array): number[][] {
    const { height, width } = this.#options.description.facts.shape;
    const [all, pixels] = [images.length, images.length / REDRAWN_AT_ONCE];
    const drawings = Array.from({ length: this.#values }, (_, value) => drawn.subarray(value * all, (value + 1) * all));
    const read = drawings.map((drawing) => this.#judge.read(judge, drawing));
    const original = this.#isOfLabel ? null : this.#judge.read(judge, images);
    return Array.from({ length: REDRAWN_AT_ONCE }, (_, index) => {
      const found = read.map((classes) => classes[index] ?? Number.NaN);
      if (original !== null) return [original[index] ?? Number.NaN, ...found];
      const imageIn = (of: Float32Array): Float32Array => of.subarray(index * pixels, (index + 1) * pixels);
      return swapRow({ image: imageIn(images), redrawn: drawings.map(imageIn), read: found, height, width });
    });
  }
}

interface OpenedSwap {
  readonly redraw: EvaluationStep;
  readonly judge: Judge;
  readonly values: number;
  readonly isOfLabel: boolean;
}

/** The same batch with another value of an attribute. */
function withValue(context: LossContext, { input }: PlacedAttribute, rows: Tensor): LossContext {
  const { batch } = context;
  const told = input === LABELS ? { labels: rows } : { attributes: { ...batch.attributes, [input]: rows } };
  return { ...context, batch: { ...batch, ...told } };
}
