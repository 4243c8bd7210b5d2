import { createHash } from 'node:crypto';
import { gatherImages, MISSING, probedAttribute, type Dataset, type KeptFacts } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import type { Evaluate, ProbeInput, ProbeRequest } from '@lethe/protocol';
import type { EvaluatorOptions } from '@lethe/worker';
import { attributeNamed, chooseExamples, type ChosenExamples, type ChosenSide } from './chosen-examples.js';
import { leace } from './leace.js';
import { MOST_PAIRED, type Values } from './moments.js';
import { choose, standardise, type ProbeData, type UnlabelledData } from './probe-data.js';
import { whiten } from './whiten.js';

/** Greatest number of raw values that are probed of either part, to bound the memory: their figures are for comparison only. */
const MOST_PIXEL_VALUES = 16e6;
/** Numbers of prepared vectors that are kept for further probes of the same ones. */
const MOST_PREPARED_VALUES = 40e6;

/** Encodes images [examples, ...] into latents [examples, latentSize]. */
export type Encode = (images: Float32Array) => Float32Array;

/** What the encoder makes of all examples, and of which parameters and seed it is a function. */
interface EncodedData extends UnlabelledData {
  readonly madeFrom: string;
}

/** Where the vectors of a request come from: encoders, by the input that asks for them. */
export interface ProbeEncoders {
  /** The versions of the networks that are read. */
  readonly reads: Evaluate['reads'];
  readonly latent: () => Promise<Encode>;
  /** Draws the noise of one call after another from the seed. */
  readonly sampled: (seed: number) => Promise<Encode>;
}

/**
 * The vectors that probes are trained and scored on. What one version of the networks makes of the examples is computed once for all
 * probes, and vectors that were brought to scale are kept for those that read the same ones.
 */
export class ProbeVectors {
  readonly #data: EvaluatorOptions['data'];
  /** Examples that are encoded at once. */
  readonly #chunk: number;
  /** The last ones, by the input. */
  readonly #encoded = new Map<ProbeInput, EncodedData>();
  /** By what they are, the latest last. */
  readonly #prepared = new Map<string, UnlabelledData>();

  constructor({ data }: EvaluatorOptions, chunk: number) {
    this.#data = data;
    this.#chunk = chunk;
  }

  /**
   * The labelled vectors of a request, brought to scale.
   * @throws LetheError DATA_INVALID if there are no examples, or vectors of more numbers than can be whitened or erased
   */
  async of(request: ProbeRequest, encoders: ProbeEncoders): Promise<ProbeData> {
    const { height, width, channels } = this.#data.facts.shape;
    const isRaw = request.input === 'pixels' || request.input === 'leace';
    const most = isRaw ? Math.max(1, Math.floor(MOST_PIXEL_VALUES / (height * width * channels))) : Infinity;
    const chosen = chooseExamples(this.#data, request, most);
    const { train, test } = await this.#scaled(request, chosen, encoders);
    return {
      train: { ...train, labels: chosen.train.labels }, test: { ...test, labels: chosen.test.labels },
      classes: chosen.classes, number: chosen.number,
    };
  }

  /** What the encoder makes of all training and test images. */
  latents(encoders: ProbeEncoders): Promise<UnlabelledData> {
    return this.#encode('latent', JSON.stringify(encoders.reads), encoders.latent);
  }

  async #scaled(request: ProbeRequest, chosen: ChosenExamples, encoders: ProbeEncoders): Promise<UnlabelledData> {
    const key = keyOf(request, chosen, encoders);
    const kept = this.#prepared.get(key);
    this.#prepared.delete(key);
    const prepared = kept ?? await this.#prepare(request, chosen, encoders);
    this.#prepared.set(key, prepared);
    let values = 0;
    for (const [each, { train, test }] of [...this.#prepared].reverse()) {
      values += train.values.length + test.values.length;
      if (values > MOST_PREPARED_VALUES && each !== key) this.#prepared.delete(each);
    }
    return prepared;
  }

  async #prepare(request: ProbeRequest, chosen: ChosenExamples, encoders: ProbeEncoders): Promise<UnlabelledData> {
    const scaled = standardise(await this.#vectors(request, chosen, encoders));
    if (!request.whitened) return scaled;
    checkSize('whitened', scaled.train.size);
    return whiten(scaled);
  }

  async #vectors(request: ProbeRequest, { train, test }: ChosenExamples, encoders: ProbeEncoders): Promise<UnlabelledData> {
    switch (request.input) {
      case 'pixels':
        return { train: rawVectors(train), test: rawVectors(test) };
      case 'leace':
        return this.#erased(request.erased, train, test);
      case 'kept':
        return { train: this.#keptVectors(train), test: this.#keptVectors(test) };
      case 'latent':
      case 'sampled': {
        const encoded = await this.#encodedFor(request, encoders);
        const of = ({ dataset, indices }: ChosenSide): Values => {
          const all = dataset === this.#data.test ? encoded.test : encoded.train;
          return indices.length === dataset.count ? all : choose(all, indices);
        };
        return { train: of(train), test: of(test) };
      }
    }
  }

  #encodedFor({ input, seed }: ProbeRequest, encoders: ProbeEncoders): Promise<UnlabelledData> {
    if (input === 'latent') return this.latents(encoders);
    return this.#encode('sampled', JSON.stringify([encoders.reads, seed]), () => encoders.sampled(seed));
  }

  async #encode(input: ProbeInput, madeFrom: string, open: () => Promise<Encode>): Promise<UnlabelledData> {
    const last = this.#encoded.get(input);
    if (last?.madeFrom === madeFrom) return last;
    const encode = await open();
    const { train, test } = this.#data;
    const encoded = { madeFrom, train: this.#encodeAll(train, encode), test: this.#encodeAll(test, encode) };
    this.#encoded.set(input, encoded);
    return encoded;
  }

  #encodeAll(dataset: Dataset, encode: Encode): Values {
    const parts: Float32Array[] = [];
    for (let first = 0; first < dataset.count; first += this.#chunk) {
      // The last chunk is filled up with its own first example: the graph's batch is constant.
      const indices = Uint32Array.from({ length: this.#chunk }, (_, index) => (first + index < dataset.count ? first + index : first));
      parts.push(encode(gatherImages(dataset, indices)));
    }
    const size = (parts[0]?.length ?? 0) / this.#chunk;
    const values = new Float32Array(dataset.count * size);
    for (const [index, part] of parts.entries())
      values.set(part.subarray(0, (dataset.count - index * this.#chunk) * size), index * this.#chunk * size);
    return { values, size };
  }

  /** Raw vectors without what is linear in an attribute, as the training examples that have it show. */
  async #erased(attribute: string, train: ChosenSide, test: ChosenSide): Promise<UnlabelledData> {
    const data = standardise({ train: rawVectors(train), test: rawVectors(test) });
    checkSize('erased', data.train.size);
    const { labels, categories } = probedAttribute(train.dataset, this.#data.facts, attributeNamed(this.#data, attribute));
    const ofTrain = Int32Array.from(train.indices, (index) => labels[index] ?? -1);
    const known = Uint32Array.from(ofTrain.keys()).filter((place) => (ofTrain[place] ?? -1) >= 0);
    const erase = await leace({ ...choose(data.train, known), labels: ofTrain.filter((label) => label >= 0) }, categories.length);
    return { train: erase(data.train), test: erase(data.test) };
  }

  /** The kept attributes of each example: categories one-hot, a number as it is beside whether it is known. */
  #keptVectors({ dataset, indices }: ChosenSide): Values {
    const { kept } = this.#data.facts;
    const size = kept.reduce((sum, facts) => sum + (facts.kind === 'number' ? 2 : facts.categories.length), 0);
    const values = new Float32Array(indices.length * size);
    for (let place = 0, column = 0; place < kept.length; place += 1) {
      const [facts, known] = [kept[place] as KeptFacts, dataset.kept[place] as Uint32Array | Float64Array];
      for (const [row, index] of indices.entries()) {
        const value = known[index] as number;
        if (facts.kind === 'number') values.set(Number.isNaN(value) ? [0, 0] : [value, 1], row * size + column);
        else if (value !== MISSING) values[row * size + column + value] = 1;
      }
      column += facts.kind === 'number' ? 2 : facts.categories.length;
    }
    return { values, size };
  }
}

function rawVectors({ dataset, indices }: ChosenSide): Values {
  const values = gatherImages(dataset, indices);
  return { values, size: values.length / indices.length };
}

/** What the vectors of a request are a function of. */
function keyOf({ input, seed, whitened, halves, erased }: ProbeRequest, { train, test }: ChosenExamples, { reads }: ProbeEncoders): string {
  const hash = createHash('sha256');
  for (const { indices } of [train, test]) hash.update(`${indices.length} `).update(indices);
  const versions = input === 'latent' || input === 'sampled' ? reads : [];
  return JSON.stringify([input, versions, input === 'sampled' ? seed : null, whitened, halves, erased, hash.digest('hex')]);
}

function checkSize(what: string, size: number): void {
  if (size <= MOST_PAIRED) return;
  throw new LetheError('DATA_INVALID', `${what} vectors of a probe: expected at most ${MOST_PAIRED} numbers, found ${size}`);
}
