import * as tf from '@tensorflow/tfjs';

/**
 * The networks of a folder that `lethe export` wrote.
 * @param {string} folder where it is served
 */
export async function openModel(folder) {
  const preprocessing = await readJson(`${folder}/preprocess.json`);
  if (preprocessing.kind !== 'images') throw new Error(`preprocess.json: expected images, found ${preprocessing.kind}`);
  const { told: [told, ...others] } = preprocessing;
  if (told === undefined) throw new Error('preprocess.json: expected a decoder that is told a label, found none');
  if (others.length > 0) throw new Error(`preprocess.json: expected a decoder that is told one thing, found ${others.length + 1}`);
  // Plain JavaScript gives the same numbers on every machine, and one digit takes it a tenth of a second.
  await tf.setBackend('cpu');
  return new Model(await tf.loadGraphModel(`${folder}/tfjs/model.json`), preprocessing, told);
}

async function readJson(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

class Model {
  #model;
  #told;

  constructor(model, preprocessing, told) {
    this.#model = model;
    this.#told = told.input;
    this.preprocessing = preprocessing;
    /** What the decoder can be told. */
    this.labels = told.categories;
  }

  /** Inputs of the encoder [height, width, channels] of the bytes of a grey image, as preprocess.json says. */
  inputsOf(bytes) {
    const { channels, divisor, shift } = this.preprocessing;
    return Float32Array.from({ length: bytes.length * channels }, (_, index) => bytes[Math.floor(index / channels)] / divisor + shift);
  }

  /** Features [images, numbers] of inputs of one image or several. */
  async encode(inputs) {
    const { height, width, channels } = this.preprocessing;
    const shape = [inputs.length / (height * width * channels), height, width, channels];
    return takeValues(tf.tidy(() => this.#model.execute({ images: tf.tensor4d(inputs, shape) }, 'encoder/features')));
  }

  /** One image redrawn under every label: [labels, height, width, channels]. */
  async redraw(features) {
    const { length } = this.labels;
    const images = tf.tidy(() => this.#model.execute({
      features: tf.tile(tf.tensor2d(features, [1, features.length]), [length, 1]), [this.#told]: tf.eye(length),
    }, 'decoder/images'));
    return takeValues(images);
  }
}

async function takeValues(tensor) {
  const values = await tensor.data();
  tensor.dispose();
  return values;
}
