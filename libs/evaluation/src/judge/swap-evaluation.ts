import { gatherImages, oneHot } from '@lethe/data';
import type { InputValues } from '@lethe/tensorflow';
import type { EvaluatorOptions } from '@lethe/worker';
import { compileEvaluation, redrawn, unlabelled, type EvaluationStep } from '../evaluation-steps.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { Judge } from './judge.js';
import { swapRow } from './swap-rows.js';

/** Test images that are redrawn and judged at once. */
const REDRAWN_AT_ONCE = 50;

export interface SwapTask {
  /** First test image, and the number of images from there on. */
  readonly first: number;
  readonly count: number;
  /** As `trainJudge` returns it. */
  readonly judge: Float32Array;
}

/** Redraws test images under every label, and has a judge read the results. */
export class SwapEvaluation {
  readonly #options: EvaluatorOptions;
  readonly #redraw: EvaluationStep;
  readonly #judge: Judge;

  private constructor(options: EvaluatorOptions, redraw: EvaluationStep, judge: Judge) {
    this.#options = options;
    this.#redraw = redraw;
    this.#judge = judge;
  }

  static async open(options: EvaluatorOptions): Promise<SwapEvaluation> {
    const { engine, description, data } = options;
    const redraw = await compileEvaluation({
      engine, description, name: 'swap', examples: REDRAWN_AT_ONCE,
      compute: (context) => {
        const { operations } = context;
        const latent = description.objective.encode(context);
        const classes = description.facts.classes.length;
        return operations.concat(Array.from({ length: classes }, (_, label) => {
          const labels = operations.constant([...oneHot(new Int32Array(REDRAWN_AT_ONCE).fill(label), classes)], [REDRAWN_AT_ONCE, classes]);
          return redrawn(description, { ...context, batch: { ...context.batch, labels } }, latent);
        }), 0);
      },
    });
    return new SwapEvaluation(options, redraw, await Judge.open(engine, data, REDRAWN_AT_ONCE));
  }

  /**
   * @param run runs the step with the parameters of the networks
   * @returns rows as `swapRow` makes them
   */
  async rows(
    { first, count, judge }: SwapTask,
    run: (step: EvaluationStep, inputs: Record<string, InputValues>) => Float32Array,
  ): Promise<Float32Array> {
    const {
      description: {
        facts: {
          shape: { height, width, channels },
          classes,
        },
      },
      data,
    } = this.#options;
    const pixels = height * width * channels;
    const rows: number[][] = [];
    for (let start = first; start < first + count; start += REDRAWN_AT_ONCE) {
      // The last chunk is filled up with its own first example: the graph's batch is constant.
      const indices = Uint32Array.from({ length: REDRAWN_AT_ONCE }, (_, index) => (start + index < first + count ? start + index : start));
      const images = gatherImages(data.test, indices);
      const drawn = run(this.#redraw, { ...unlabelled(this.#options.description, REDRAWN_AT_ONCE), images });
      const drawings = (label: number): Float32Array =>
        drawn.subarray(label * REDRAWN_AT_ONCE * pixels, (label + 1) * REDRAWN_AT_ONCE * pixels);
      const read = classes.map((_, label) => this.#judge.read(judge, drawings(label)));
      for (let index = 0; index < Math.min(REDRAWN_AT_ONCE, first + count - start); index += 1) {
        const imageIn = (all: Float32Array): Float32Array => all.subarray(index * pixels, (index + 1) * pixels);
        rows.push(
          swapRow({
            image: imageIn(images),
            redrawn: classes.map((_, label) => imageIn(drawings(label))),
            read: read.map((found) => found[index] ?? Number.NaN),
            height,
            width,
          }),
        );
      }
      await yieldToEventLoop();
    }
    return Float32Array.from(rows.flat());
  }

  dispose(): void {
    this.#redraw.dispose();
    this.#judge.dispose();
  }
}
