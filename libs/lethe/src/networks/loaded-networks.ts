import { compileEvaluation, SCORE_CHUNK, unlabelled, type EvaluationStep, type EvaluationStepOptions } from '@lethe/evaluation';
import { LetheError } from '@lethe/errors';
import { scalarInputs, type RunDescription } from '@lethe/graphs';
import type { Engine, InputValues } from '@lethe/tensorflow';
import { setImmediate } from 'node:timers/promises';
import { engineOfRun } from '../engine-of-run.js';
import type { RunNetworks } from './open-run-networks.js';

/** How networks are loaded into this process. */
export interface LoadOptions {
  /** The population that examples count as; null: the target, or the only one. */
  readonly domain: string | null;
  /** Hears what whoever watches should know, such as a slower engine. */
  readonly notice: (line: string) => void;
}

/** What is computed of examples, or of their features. */
export interface ExampleFunction extends Pick<EvaluationStepOptions, 'name' | 'compute' | 'readsFeatures'> {
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
    return new LoadedNetworks(description, { engine: await engineOfRun(config, notice), vectors, domains });
  }

  /**
   * Compiles a function. It takes inputs of any number of examples as the networks see them, or their features, and gives the results one
   * after the other; examples are computed as many at a time as in an evaluation, so that the results are the same.
   */
  async compile({ seeds, ...computed }: ExampleFunction): Promise<CompiledFunction> {
    const { description } = this;
    const step = await compileEvaluation({
      ...computed, engine: this.#engine, description, examples: SCORE_CHUNK, isNoisy: seeds !== null,
    });
    this.#steps.push(step);
    const { facts: { shape: { height, width, channels } }, objective } = description;
    const input = height * width * channels;
    const rowLength = computed.readsFeatures === true ? objective.encodedSize : input;
    const fixed = {
      ...unlabelled(description, SCORE_CHUNK), domains: this.#domains, ...this.#vectors, ...scalarInputs(objective.scalars(0)),
      ...(computed.readsFeatures === true ? { images: new Float32Array(SCORE_CHUNK * input) } : {}),
    };
    return async (rows, told = {}) => {
      const count = rows.length / rowLength;
      let results = new Float32Array(0);
      for (let first = 0; first < count; first += SCORE_CHUNK) {
        if (this.#isClosed) throw new TypeError('the networks are closed');
        const noise = seeds === null ? {} : { seeds: Int32Array.from(seeds()) };
        const read = { [computed.readsFeatures === true ? 'features' : 'images']: chunkOf(rows, first * rowLength, rowLength) };
        const { result } = step.run({ ...fixed, ...toldOfChunk(told, first), ...noise, ...read });
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

/** What a decoder is told of an attribute. */
export interface ToldInput {
  /** One-hot, a row for each example; a single row is of all of them. */
  readonly rows: Float32Array;
  /** Numbers of a row. */
  readonly length: number;
}

/**
 * @param rows a row for each example: its input as the networks see it, or its features
 * @param told further inputs, by the names that a batch has for them
 */
export type CompiledFunction = (rows: Float32Array, told?: Readonly<Record<string, ToldInput>>) => Promise<Float32Array>;

function toldOfChunk(told: Readonly<Record<string, ToldInput>>, first: number): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(told).map(([name, { rows, length }]) => (
    [name, chunkOf(rows, rows.length === length ? 0 : first * length, length)]
  )));
}

/** The rows of a chunk; the last one is filled up with its first row, as the graph's batch is constant. */
function chunkOf(rows: Float32Array, start: number, length: number): Float32Array {
  const end = start + SCORE_CHUNK * length;
  if (end <= rows.length) return rows.subarray(start, end);
  const chunk = new Float32Array(SCORE_CHUNK * length);
  chunk.set(rows.subarray(start));
  const first = rows.subarray(start, start + length);
  for (let place = rows.length - start; place < chunk.length; place += length) chunk.set(first, place);
  return chunk;
}
