import type { EvaluationKind, ProbeRequest, Split } from '@lethe/protocol';
import type { EvaluationOrder } from './evaluation-desk.js';

/** Those that need nothing besides the examples. */
type ExampleEvaluation = Exclude<EvaluationKind, 'probe' | 'judge' | 'swap'>;
/** An evaluation of whichever versions are there when it is its turn. */
export type EvaluationRequest = Omit<EvaluationOrder, 'reads'>;

/**
 * What the workers measure at the versions that the servers have. Results come in the order asked for, the same from any number of
 * workers; the protocol says what each of them is.
 */
export class ClusterEvaluations {
  readonly #perform: (requests: readonly EvaluationRequest[]) => Promise<Float32Array[]>;

  /** @param perform once everything handed out is in the weights. */
  constructor(perform: (requests: readonly EvaluationRequest[]) => Promise<Float32Array[]>) {
    this.#perform = perform;
  }

  /** Of `count` examples of a split, in chunks of constant size. */
  ofExamples(evaluation: ExampleEvaluation, split: Split, count: number, chunk: number): Promise<Float32Array[]> {
    return this.#perform(examplesInChunks(count, chunk).map((examples) => ({ ...examples, evaluation, split, probe: null, judge: null })));
  }

  /** Of probes that are trained on the latents or on the pixels, one after another on each worker. */
  ofProbes(requests: readonly ProbeRequest[]): Promise<Float32Array[]> {
    return this.#perform(requests.map((probe) => ({ evaluation: 'probe', split: 'test', first: 0, count: 0, probe, judge: null })));
  }

  /** A judge that a worker trains on the raw images; it depends on the data alone. */
  async judge(): Promise<Float32Array> {
    const [judge] = await this.#perform([{ evaluation: 'judge', split: 'test', first: 0, count: 0, probe: null, judge: null }]);
    if (judge === undefined) throw new TypeError('one task has one result');
    return judge;
  }

  /** Of `count` test images, each redrawn under all labels and read by the judge. */
  ofSwaps(judge: Float32Array, count: number, chunk: number): Promise<Float32Array[]> {
    return this.#perform(examplesInChunks(count, chunk).map((examples) => ({ ...examples, evaluation: 'swap', split: 'test', probe: null, judge })));
  }
}

function examplesInChunks(count: number, chunk: number): { first: number; count: number }[] {
  return Array.from({ length: Math.ceil(count / chunk) }, (_, index) => ({ first: index * chunk, count: Math.min(chunk, count - index * chunk) }));
}
