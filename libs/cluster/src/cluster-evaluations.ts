import type { EvaluationKind, ProbeRequest, Split } from '@lethe/protocol';
import type { RunDescription } from '@lethe/graphs';
import type { EvaluationOrder } from './evaluation-desk.js';

/** Those that need nothing besides the examples. */
type ExampleEvaluation = Exclude<EvaluationKind, 'probe' | 'judge' | 'swap'>;
/** Accuracy, balanced accuracy, cross-entropy, information. */
const PROBE_FIGURES = 4;

/** An evaluation of whichever versions are there when it is its turn. */
export type EvaluationRequest = Omit<EvaluationOrder, 'reads'>;

/**
 * What the workers measure at the versions that the servers have. Results come in the order asked for, the same from any number of
 * workers; the protocol says what each of them is.
 */
export class ClusterEvaluations {
  readonly #description: RunDescription;
  readonly #perform: (requests: readonly EvaluationRequest[]) => Promise<Float32Array[]>;

  /** @param perform once everything handed out is in the weights. */
  constructor(description: RunDescription, perform: (requests: readonly EvaluationRequest[]) => Promise<Float32Array[]>) {
    this.#description = description;
    this.#perform = perform;
  }

  /** Of `count` examples of a split, in chunks of constant size. */
  ofExamples(evaluation: ExampleEvaluation, split: Split, count: number, chunk: number): Promise<Float32Array[]> {
    return this.#perform(examplesInChunks(count, chunk).map((examples) => ({ ...examples, evaluation, split, probe: null, judge: null, resultLength: examples.count * this.#rowLength(evaluation) })));
  }

  /** Of probes that are trained on the latents or on the pixels, one after another on each worker. */
  ofProbes(requests: readonly ProbeRequest[]): Promise<Float32Array[]> {
    return this.#perform(requests.map((probe) => ({ evaluation: 'probe', split: 'test', first: 0, count: 0, probe, judge: null, resultLength: PROBE_FIGURES })));
  }

  /** A judge of so many numbers that a worker trains on the raw images; it depends on the data alone. */
  async judge(length: number): Promise<Float32Array> {
    const [judge] = await this.#perform([{ evaluation: 'judge', split: 'test', first: 0, count: 0, probe: null, judge: null, resultLength: length }]);
    if (judge === undefined) throw new TypeError('one task has one result');
    return judge;
  }

  /** Of `count` test images, each redrawn under all labels and read by the judge. */
  ofSwaps(judge: Float32Array, count: number, chunk: number): Promise<Float32Array[]> {
    return this.#perform(examplesInChunks(count, chunk).map((examples) => ({ ...examples, evaluation: 'swap', split: 'test', probe: null, judge, resultLength: examples.count * this.#rowLength('swap') })));
  }

  /** How many numbers the result has of each example. */
  #rowLength(evaluation: ExampleEvaluation | 'swap'): number {
    const { objective: { figures, encodedSize }, facts: { classes, shape } } = this.#description;
    switch (evaluation) {
      case 'score':
        return figures.length;
      case 'grid':
        return classes.length * shape.height * shape.width * shape.channels;
      case 'encode':
        return encodedSize;
      case 'predict':
        return classes.length + encodedSize;
      case 'swap':
        return 2 + 3 * classes.length;
    }
  }
}

function examplesInChunks(count: number, chunk: number): { first: number; count: number }[] {
  return Array.from({ length: Math.ceil(count / chunk) }, (_, index) => ({ first: index * chunk, count: Math.min(chunk, count - index * chunk) }));
}
