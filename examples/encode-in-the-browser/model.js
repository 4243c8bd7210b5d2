import * as tf from '@tensorflow/tfjs';

/**
 * The networks of a folder that `lethe export` wrote.
 * @param {string} folder where it is served
 */
export async function openModel(folder) {
  const preprocessing = await readJson(`${folder}/preprocess.json`);
  if (preprocessing.kind !== 'images') throw new Error(`preprocess.json: expected images, found ${preprocessing.kind}`);
  const file = `${folder}/tfjs/model.json`;
  const labels = labelsOf(await readJson(file));
  if (labels === null) throw new Error(`${file}: expected a decoder, found none: the run does not rebuild its images`);
  // Plain JavaScript gives the same numbers on every machine, and one digit takes it a tenth of a second.
  await tf.setBackend('cpu');
  return new Model(await tf.loadGraphModel(file), preprocessing, labels);
}

/** How many labels the decoder is told one of; null: there is no decoder. */
function labelsOf({ modelTopology: { node } }) {
  const input = node.find(({ name }) => name === 'labels');
  return input === undefined ? null : Number(input.attr.shape.shape.dim[1].size);
}

async function readJson(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

class Model {
  #model;

  constructor(model, preprocessing, labels) {
    this.#model = model;
    this.preprocessing = preprocessing;
    /** How many labels there are. */
    this.labels = labels;
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
    const images = tf.tidy(() => this.#model.execute({
      features: tf.tile(tf.tensor2d(features, [1, features.length]), [this.labels, 1]), labels: tf.eye(this.labels),
    }, 'decoder/images'));
    return takeValues(images);
  }
}

async function takeValues(tensor) {
  const values = await tensor.data();
  tensor.dispose();
  return values;
}
