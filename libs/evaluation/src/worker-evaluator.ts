import { batchInputs, scalarInputs } from '@lethe/graphs';
import { gatherBatch } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { PROBE_FIGURES, type Evaluate, type Split } from '@lethe/protocol';
import type { InputValues } from '@lethe/tensorflow';
import type { Evaluator, EvaluatorOptions } from '@lethe/worker';
import type { Tensor } from '@tensorflow/tfjs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { GridEvaluation } from './grid/grid-evaluation.js';
import { trainJudge } from './judge/judge.js';
import { SwapEvaluation } from './judge/swap-evaluation.js';
import { compileEvaluation, evaluationVectors, predicted, unlabelled, type EvaluationStep } from './evaluation-steps.js';
import { ProbeVectors, type Encode, type ProbeEncoders } from './probes/probe-vectors.js';
import { probeVector } from './probes/probe-figures.js';
import { runProbe } from './probes/run-probe.js';

/** Examples scored by one graph call; constant, so that a figure is the same whichever worker scores which examples. */
export const SCORE_CHUNK = 250;

/**
 * Evaluates on a worker: `score` gives float32 [examples, figures] of the objective; `grid` redraws test examples, those of its rows
 * from `first` on: float32 [rows, columns, height, width, channels] (`gridColumns`); `probe` trains a fresh probe: float32
 * [PROBE_FIGURES]; `judge` trains a judge of an attribute on raw images and `swap` has it read what test images become under every value
 * (`SwapEvaluation`); `encode` gives latents [examples, latentSize]; `predict` gives log-probabilities and features
 * [examples, classes + size].
 */
export class WorkerEvaluator implements Evaluator {
  readonly #options: EvaluatorOptions;
  #score: Promise<EvaluationStep> | undefined;
  #grid: Promise<GridEvaluation> | undefined;
  #encode: Promise<EvaluationStep> | undefined;
  #encodeSampled: Promise<EvaluationStep> | undefined;
  #predict: Promise<EvaluationStep> | undefined;
  readonly #swaps = new Map<string, Promise<SwapEvaluation>>();
  readonly #vectors: ProbeVectors;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#vectors = new ProbeVectors(options, SCORE_CHUNK);
  }

  async evaluate(
    task: Evaluate,
    groups: ReadonlyMap<string, InputValues>,
    statistics: ReadonlyMap<string, Float32Array>,
  ): Promise<Float32Array> {
    const vectors = evaluationVectors(groups, statistics);
    switch (task.evaluation) {
      case 'score':
        return this.#scoreExamples(task, vectors);
      case 'grid':
        return this.#drawRows(task, vectors);
      case 'probe':
        return this.#probe(task, vectors);
      case 'judge':
        return trainJudge(this.#options.engine, this.#options.data, task.attribute);
      case 'swap':
        return this.#swapValues(task, vectors);
      case 'encode': {
        const { test } = await this.#vectors.latents(this.#encoders(task, vectors));
        return test.values.slice(task.first * test.size, (task.first + task.count) * test.size);
      }
      case 'predict':
        return this.#predictExamples(task, vectors);
    }
  }

  dispose(): void {
    for (const step of [this.#score, this.#grid, this.#encode, this.#encodeSampled, this.#predict, ...this.#swaps.values()])
      void step?.then((compiled) => { compiled.dispose(); }, () => undefined); // one that does not compile was reported
  }

  async #scoreExamples({ split, first, count }: Evaluate, vectors: Record<string, InputValues>): Promise<Float32Array> {
    const { engine, description } = this.#options;
    const { figures } = description.objective;
    this.#score ??= compileEvaluation({
      engine, description, name: 'score', examples: SCORE_CHUNK,
      compute: (context) => {
        const scored = description.objective.score(context);
        const columns = figures.map((figure) => figureOf(description.objective.name, figure, scored[figure]));
        return context.operations.concat(columns.map((column) => context.operations.reshape(column, [SCORE_CHUNK, 1])), 1);
      },
    });
    const result = this.#runOn({ split, first, count }, await this.#score, vectors);
    return result.slice(0, count * figures.length);
  }

  async #predictExamples({ split, first, count }: Evaluate, vectors: Record<string, InputValues>): Promise<Float32Array> {
    const { engine, description } = this.#options;
    this.#predict ??= compileEvaluation({
      engine, description, name: 'predict', examples: SCORE_CHUNK,
      compute: (context) => context.operations.concat([predicted(description, context), description.objective.encode(context)], 1),
    });
    const result = this.#runOn({ split, first, count }, await this.#predict, vectors);
    return result.slice(0, count * (result.length / SCORE_CHUNK));
  }

  /** Runs a step on the examples of a split from `first` on. The first one fills up a short batch: the graph's batch is constant. */
  #runOn(
    { split, first, count }: Pick<Evaluate, 'split' | 'first' | 'count'>,
    step: EvaluationStep,
    vectors: Record<string, InputValues>,
  ): Float32Array {
    const { data, description } = this.#options;
    const chosen = Uint32Array.from({ length: SCORE_CHUNK }, (_, index) => this.#example(split, first + (index < count ? index : 0)));
    return this.#run(step, {
      ...vectors, ...batchInputs(gatherBatch(split === 'test' ? data.test : data.train, chosen, description.facts)),
    });
  }

  async #drawRows({ first, count }: Evaluate, vectors: Record<string, InputValues>): Promise<Float32Array> {
    this.#grid ??= GridEvaluation.open(this.#options);
    return (await this.#grid).rows(first, count, (step, inputs) => this.#run(step, { ...vectors, ...inputs }));
  }

  async #probe(task: Evaluate, vectors: Record<string, InputValues>): Promise<Float32Array> {
    const figures = new Float32Array(task.probes.length * PROBE_FIGURES);
    const encoders = this.#encoders(task, vectors);
    for (const [index, request] of task.probes.entries()) {
      const data = await this.#vectors.of(request, encoders);
      figures.set(probeVector(await runProbe(this.#options.engine, data, request)), index * PROBE_FIGURES);
    }
    return figures;
  }

  async #swapValues(task: Evaluate, vectors: Record<string, InputValues>): Promise<Float32Array> {
    const swap = this.#swaps.get(task.attribute) ?? SwapEvaluation.open(this.#options, task.attribute);
    this.#swaps.set(task.attribute, swap);
    return (await swap).rows(task, (step, inputs) => this.#run(step, { ...vectors, ...inputs }));
  }

  #encoders({ reads }: Evaluate, vectors: Record<string, InputValues>): ProbeEncoders {
    const { engine, description } = this.#options;
    const encode = (compiled: EvaluationStep, seeds: () => Record<string, InputValues>): Encode =>
      (images) => this.#run(compiled, { ...vectors, ...unlabelled(description, SCORE_CHUNK), ...seeds(), images });
    const step = (name: string, isNoisy: boolean): Promise<EvaluationStep> => compileEvaluation({
      engine, description, name, examples: SCORE_CHUNK, isNoisy, compute: (context) => description.objective.encode(context),
    });
    return {
      reads,
      latent: async () => {
        this.#encode ??= step('encode', false);
        return encode(await this.#encode, () => ({}));
      },
      sampled: async (seed) => {
        this.#encodeSampled ??= step('encode-sampled', true);
        const generator = xoroshiro128plus(seed);
        return encode(await this.#encodeSampled, () => ({ seeds: Int32Array.of(generator.next(), generator.next()) }));
      },
    };
  }

  #example(split: Split, position: number): number {
    if (split === 'test') return position;
    const example = this.#options.heldOut[position];
    if (example === undefined) throw new TypeError(`there is no held-out example ${position}`);
    return example;
  }

  #run(step: EvaluationStep, inputs: Record<string, InputValues>): Float32Array {
    return step.run({ ...inputs, ...scalarInputs(this.#options.description.objective.scalars(0)) }).result;
  }
}

/** The values of a figure, one for each example. @throws LetheError GAME_INVALID if a game gives anything else */
function figureOf(game: string, figure: string, values: Tensor | undefined): Tensor {
  if (values?.size === SCORE_CHUNK) return values;
  const found = values === undefined ? 'nothing' : `a tensor [${values.shape.join(', ')}]`;
  const expected = `a number for each of ${SCORE_CHUNK} examples`;
  throw new LetheError('GAME_INVALID', `game ${game}: expected ${figure} to be ${expected}, found ${found}`);
}
