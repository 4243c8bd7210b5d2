import { gatherImages, gatherLabels, type Dataset } from '@lethe/data';
import type { Evaluate } from '@lethe/protocol';
import type { EvaluatorOptions } from '@lethe/worker';
import { standardise, type ProbeData, type Vectors } from './probe-data.js';
import { probedExamples } from './probed-examples.js';

/** Greatest number of pixel values that are probed of either part, to bound the memory: their figures are for comparison only. */
const MOST_PIXEL_VALUES = 16e6;

/** Encodes images [examples, ...] into latents [examples, latentSize]. */
export type Encode = (images: Float32Array) => Float32Array;

/** What the encoder makes of the images. */
export interface Latents {
  /** As they are, of the test images. */
  readonly test: Vectors;
  readonly standardised: ProbeData;
}

/** The vectors that probes are trained and scored on. The latents of one version of the networks are computed once for all probes. */
export class ProbeVectors {
  readonly #data: EvaluatorOptions['data'];
  readonly #classes: number;
  /** Examples that are encoded at once. */
  readonly #chunk: number;
  #pixels: ProbeData | null = null;
  #latents: (Latents & { readonly versions: string }) | null = null;

  constructor({ data, description }: EvaluatorOptions, chunk: number) {
    this.#data = data;
    this.#classes = description.facts.classes.length;
    this.#chunk = chunk;
  }

  /** Raw images as vectors, standardised. */
  pixels(): ProbeData {
    const { train, test } = this.#data;
    this.#pixels ??= standardise({ train: pixelsOf(train), test: pixelsOf(test), classes: this.#classes, number: null });
    return this.#pixels;
  }

  /** Latents of all training and test images by the parameters of the versions that are read. */
  latents({ reads }: Pick<Evaluate, 'reads'>, encode: Encode): Latents {
    const versions = JSON.stringify(reads);
    if (this.#latents?.versions === versions) return this.#latents;
    const { train, test } = this.#data;
    const encoded = { train: this.#encoded(train, encode), test: this.#encoded(test, encode), classes: this.#classes, number: null };
    this.#latents = { versions, test: encoded.test, standardised: standardise(encoded) };
    return this.#latents;
  }

  #encoded(dataset: Dataset, encode: Encode): Vectors {
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
    return { values, labels: labelsOf(dataset, dataset.count), size };
  }
}

function pixelsOf(dataset: Dataset): Vectors {
  const size = gatherImages(dataset, Uint32Array.of(0)).length;
  const examples = probedExamples(labelsOf(dataset, dataset.count), Math.max(1, Math.floor(MOST_PIXEL_VALUES / size)));
  return { values: gatherImages(dataset, examples), labels: gatherLabels(dataset, examples), size };
}

function labelsOf(dataset: Dataset, count: number): Int32Array {
  return gatherLabels(dataset, Uint32Array.from({ length: count }, (_, index) => index));
}
