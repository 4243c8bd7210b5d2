import { gatherBatch } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { batchInputs } from '@lethe/graphs';
import type { InputValues } from '@lethe/tensorflow';
import type { EvaluatorOptions } from '@lethe/worker';
import { deployedDecoder } from '../deployed-functions.js';
import { compileEvaluation, type EvaluationStep } from '../evaluation-steps.js';
import { gridColumns, type GridColumn } from './grid-columns.js';
import { gridRows } from './grid-rows.js';

/** Draws rows of the picture that a run ends with. */
export class GridEvaluation {
  readonly #options: EvaluatorOptions;
  readonly #columns: readonly GridColumn[];
  readonly #redraw: EvaluationStep;

  private constructor(options: EvaluatorOptions, columns: readonly GridColumn[], redraw: EvaluationStep) {
    this.#options = options;
    this.#columns = columns;
    this.#redraw = redraw;
  }

  /** @throws LetheError CONFIG_INVALID for a game that redraws no images */
  static async open(options: EvaluatorOptions): Promise<GridEvaluation> {
    const { engine, description } = options;
    const [columns, decode] = [gridColumns(description), deployedDecoder(description)];
    if (columns === null || decode === null) {
      const found = `${description.objective.name}, which draws nothing`;
      throw new LetheError('CONFIG_INVALID', `objective.kind: expected another objective, found ${found}`);
    }
    const redraw = await compileEvaluation({
      engine, description, name: 'redraw', examples: columns.length,
      compute: (context) => decode(context, description.objective.encode(context)),
    });
    return new GridEvaluation(options, columns, redraw);
  }

  /**
   * @param run runs the step with the parameters of the networks
   * @returns float32 [rows, columns, height, width, channels]; fewer rows where there are no more examples
   */
  rows(first: number, count: number, run: (step: EvaluationStep, inputs: Record<string, InputValues>) => Float32Array): Float32Array {
    const { description, data } = this.#options;
    const examples = gridRows(description, data).slice(first, first + count);
    const { height, width, channels } = description.facts.shape;
    const pixels = height * width * channels;
    const rows = new Float32Array(examples.length * this.#columns.length * pixels);
    for (const [row, example] of examples.entries()) {
      const inputs = batchInputs(gatherBatch(data.test, new Uint32Array(this.#columns.length).fill(example), description.facts));
      const drawn = run(this.#redraw, this.#told(inputs));
      for (const [column, { shows }] of this.#columns.entries()) {
        const image = (shows === 'original' ? inputs['images'] ?? drawn : drawn).subarray(column * pixels, (column + 1) * pixels);
        rows.set(image, (row * this.#columns.length + column) * pixels);
      }
    }
    return rows;
  }

  dispose(): void {
    this.#redraw.dispose();
  }

  /** The batch with what the columns show of their attributes. */
  #told({ images, ...others }: Record<string, Float32Array>): Record<string, Float32Array> {
    const told = Object.fromEntries(Object.entries(others).map(([name, rows]) => [name, rows.slice()]));
    for (const [column, { shows }] of this.#columns.entries()) {
      if (typeof shows !== 'string') told[shows.input]?.set(shows.row, column * shows.row.length);
    }
    return { ...told, ...(images === undefined ? {} : { images }) };
  }
}
