import { compileEvaluation, SCORE_CHUNK, unlabelled, type EvaluationStep } from '@lethe/evaluation';
import { LetheError } from '@lethe/errors';
import { scalarInputs, type RunDescription } from '@lethe/graphs';
import type { LossContext, Objective } from '@lethe/objectives';
import { loadEngine, type Engine, type InputValues } from '@lethe/tensorflow';
import { setImmediate } from 'node:timers/promises';
import type { RunNetworks } from './open-run-networks.js';

/** How networks are loaded into this process. */
export interface LoadOptions {
  /** The population that examples count as; null: the target, or the only one. */
  readonly domain: string | null;
  /** Hears what whoever watches should know, such as a slower engine. */
  readonly notice: (line: string) => void;
}

/** What is computed of examples. */
export interface ExampleFunction {
  readonly name: string;
  readonly compute: (context: LossContext) => ReturnType<Objective['encode']>;
  /** Draws the noise of bottlenecks: two numbers for each chunk of examples. Null: none is drawn. */
  readonly seeds: (() => readonly [number, number]) | null;
}

/** Networks of a run in this process, and what is computed with them. */
export class LoadedNetworks {
  readonly description: RunDescription;
  readonly #engine: Engine;
  readonly #vectors: Readonly<Record<string, InputValues>>;
  readonly #domains: Float32Array;
  readonly #steps: EvaluationStep[] = [];
  readonly #held: { dispose(): void }[];
  #isClosed = false;

  private constructor(description: RunDescription, { engine, vectors, domains }: Loaded) {
    this.description = description;
    this.#engine = engine;
    this.#domains = domains;
    const held = Object.entries(vectors).map(([name, values]) => [name, engine.hold(values)] as const);
    this.#vectors = Object.fromEntries(held);
    this.#held = held.map(([, vector]) => vector);
  }

  /** @throws LetheError CONFIG_INVALID for a domain that the run does not know, ENGINE_MISSING */
  static async load({ description, vectors, preprocessing }: RunNetworks, { domain, notice }: LoadOptions): Promise<LoadedNetworks> {
    const { config, facts } = description;
    const names = facts.domains.map(({ name }) => name);
    const countsAs = domain ?? preprocessing.domains?.countsAs ?? names[0];
    if (!names.includes(countsAs ?? '') || (domain !== null && names.length === 1)) {
      const expected = names.length === 1 ? 'nothing, as the run is of one population' : `one of ${names.join(', ')}`;
      throw new LetheError('CONFIG_INVALID', `--domain: expected ${expected}, found ${domain ?? 'none'}`);
    }
    if (names.length > 1) notice(`examples count as ${countsAs ?? ''}${domain === null ? ', the target; --domain names another' : ''}`);
    const domains = new Float32Array(SCORE_CHUNK * names.length);
    for (let example = 0; example < SCORE_CHUNK; example += 1) domains[example * names.length + names.indexOf(countsAs ?? '')] = 1;
    const prefer = config.cluster.engine === 'wasm' ? 'wasm' : 'native';
    const engine = await loadEngine({ prefer, allowFallback: true, warn: notice });
    return new LoadedNetworks(description, { engine, vectors, domains });
  }

  /**
   * Compiles a function. It takes inputs of any number of examples as the networks see them, and gives the results one after the other;
   * examples are computed as many at a time as in an evaluation, so that the results are the same.
   */
  async compile({ name, compute, seeds }: ExampleFunction): Promise<CompiledFunction> {
    const { description } = this;
    const step = await compileEvaluation({
      engine: this.#engine, description, name, examples: SCORE_CHUNK, isNoisy: seeds !== null, compute,
    });
    this.#steps.push(step);
    const { height, width, channels } = description.facts.shape;
    const length = height * width * channels;
    const fixed = {
      ...unlabelled(description, SCORE_CHUNK), domains: this.#domains, ...this.#vectors,
      ...scalarInputs(description.objective.scalars(0)),
    };
    return async (inputs, told = {}) => {
      const count = inputs.length / length;
      let results = new Float32Array(0);
      for (let first = 0; first < count; first += SCORE_CHUNK) {
        if (this.#isClosed) throw new TypeError('the networks are closed');
        const noise = seeds === null ? {} : { seeds: Int32Array.from(seeds()) };
        const images = chunkOf(inputs, first * length, length);
        const { result } = step.run({ ...fixed, ...told, ...noise, images });
        const size = result.length / SCORE_CHUNK;
        if (first === 0) results = new Float32Array(count * size);
        results.set(result.subarray(0, Math.min(SCORE_CHUNK, count - first) * size), first * size);
        await setImmediate(); // signals are heard meanwhile
      }
      return results;
    };
  }

  /** Frees graphs and vectors. */
  close(): void {
    this.#isClosed = true;
    for (const step of this.#steps) step.dispose();
    for (const vector of this.#held) vector.dispose();
  }
}

interface Loaded {
  readonly engine: Engine;
  readonly vectors: RunNetworks['vectors'];
  /** One-hot [SCORE_CHUNK, domains]. */
  readonly domains: Float32Array;
}

/** @param told further inputs of each chunk, such as labels that a decoder is told: one-hot [SCORE_CHUNK, categories] */
export type CompiledFunction = (inputs: Float32Array, told?: Readonly<Record<string, Float32Array>>) => Promise<Float32Array>;

/** The inputs of a chunk; the last one is filled up with its first example, as the graph's batch is constant. */
function chunkOf(inputs: Float32Array, start: number, length: number): Float32Array {
  const end = start + SCORE_CHUNK * length;
  if (end <= inputs.length) return inputs.subarray(start, end);
  const chunk = new Float32Array(SCORE_CHUNK * length);
  chunk.set(inputs.subarray(start));
  const first = inputs.subarray(start, start + length);
  for (let place = inputs.length - start; place < chunk.length; place += length) chunk.set(first, place);
  return chunk;
}
