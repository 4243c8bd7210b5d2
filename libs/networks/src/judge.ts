import { convolution, convolutionTensors, linear, linearTensors } from './layers.js';
import type { NetworkSpec } from './network.js';

export interface JudgeOptions {
  /** Pixels; multiples of 4, for the two halvings. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** Maps of the first two convolutions, and width of the hidden layer. Twice as many read 0.1 % more of MNIST, at five times the cost. */
const MAPS = [16, 32] as const;
const HIDDEN = 64;
/** Images are halved further, and the maps doubled, until neither side has more pixels than that. */
const LARGEST_SIDE = 8;
/** More maps than that would cost more than they read. */
const MOST_MAPS = 64;

/**
 * A plain convolutional classifier of images [examples, height, width, channels]: log-probabilities [examples, classes]. It halves them
 * twice, larger ones more often. It is part of no game.
 */
export function judgeNetwork({ height, width, channels, classes }: JudgeOptions): NetworkSpec {
  const layers = convolutionMaps(height, width);
  const halved = 2 ** layers.length;
  const features = (layers.at(-1) ?? 0) * (height / halved) * (width / halved);
  return {
    name: 'judge',
    dropoutStream: 'step',
    normalisations: [],
    tensors: [
      ...layers.flatMap((maps, index) => convolutionTensors(`conv${index + 1}`, 3, layers[index - 1] ?? channels, maps)),
      ...linearTensors('linear1', features, HIDDEN),
      ...linearTensors('linear2', HIDDEN, classes),
    ],
    forward: (context, images) => {
      const { operations } = context;
      const maps = layers.reduce((halves, _, index) => (
        operations.maxPool(operations.relu(convolution(context, `conv${index + 1}`, halves)), 2, 2)
      ), images);
      const hidden = operations.relu(linear(context, 'linear1', operations.reshape(maps, [-1, features])));
      return operations.logSoftmax(linear(context, 'linear2', hidden));
    },
  };
}

/** Maps of each convolution. Sides of an odd number of pixels cannot be halved. */
function convolutionMaps(height: number, width: number): number[] {
  const maps: number[] = [...MAPS];
  for (let halved = 2 ** MAPS.length; Math.max(height, width) / halved > LARGEST_SIDE; halved *= 2) {
    if ((height / halved) % 2 !== 0 || (width / halved) % 2 !== 0) break;
    maps.push(Math.min(MOST_MAPS, 2 * (maps.at(-1) ?? 1)));
  }
  return maps;
}
