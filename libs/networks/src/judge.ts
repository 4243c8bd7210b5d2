import { convolution, convolutionTensors, linear, linearTensors } from './layers.js';
import type { NetworkSpec } from './network.js';

export interface JudgeOptions {
  /** Pixels; at least 2. */
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
 * twice, larger ones more often, and leaves out the last pixel of a side that is odd. It is part of no game.
 */
export function judgeNetwork({ height, width, channels, classes }: JudgeOptions): NetworkSpec {
  const layers = convolutionMaps(height, width);
  const [rows, columns] = [height, width].map((side) => halvedSide(side, layers.length)) as [number, number];
  const features = (layers.at(-1) ?? 0) * rows * columns;
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

/** Maps of each convolution, behind which an image is halved: no more than leave a pixel of either side. */
function convolutionMaps(height: number, width: number): number[] {
  const maps: number[] = MAPS.filter((_, layer) => halvedSide(Math.min(height, width), layer + 1) > 0);
  while (halvedSide(Math.max(height, width), maps.length) > LARGEST_SIDE && halvedSide(Math.min(height, width), maps.length + 1) > 0) {
    maps.push(Math.min(MOST_MAPS, 2 * (maps.at(-1) ?? 1)));
  }
  return maps;
}

/** Pixels of a side after so many halvings, each of which rounds down. */
function halvedSide(pixels: number, halvings: number): number {
  return Math.floor(pixels / 2 ** halvings);
}
