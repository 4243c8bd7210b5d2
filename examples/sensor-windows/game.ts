// Features of windows of a sensor that keep what was done, and forget which device recorded it.
import {
  accuracy, batchNorm, convolution, crossEntropy, defineGame, gelu, globalAveragePool, gradientReversed, layerNorm, linear, logSoftmax,
  relu, residual, sequential, z, type GameContext, type Tensor,
} from '@lethe/lethe/game';

export default defineGame({
  name: 'windows',
  settings: z.strictObject({
    /** Greatest weight of hiding the device, which it climbs to over the first half of the run. */
    beta: z.number().min(0).default(1),
    latentSize: z.int().min(1).default(8),
    width: z.int().min(1).default(16),
  }),

  networks: ({ settings: { latentSize, width }, facts }) => ({
    encoder: sequential(facts.inputShape, [
      convolution(width, { size: 7, stride: 2 }), batchNorm(), gelu(),
      residual([convolution(width, { size: 5 }), batchNorm(), gelu()]),
      convolution(2 * width, { size: 5, stride: 2 }), batchNorm(), gelu(),
      globalAveragePool(), linear(latentSize), layerNorm(),
    ]),
    head: sequential([latentSize], [linear(facts.attribute('activity').size), logSoftmax()]),
    reader: sequential([latentSize], [linear(64), relu(), linear(facts.attribute('device').size), logSoftmax()]),
  }),
  groups: { game: ['encoder', 'head', 'reader'] },
  scalars: ({ settings, round, rounds }) => ({ beta: settings.beta * Math.min(1, (2 * round) / rounds) }),

  // All learn at once: the gradient of the reader's loss is reversed on its way into the encoder.
  phases: [
    {
      name: 'game',
      trains: 'game',
      losses: ['activity_loss', 'device_loss'],
      loss: (context) => {
        const { operations, networks, batch, scalars } = context;
        const features = encode(context);
        const activity = crossEntropy(operations, networks.apply('head', features), batch.attribute('activity'));
        const hidden = networks.apply('reader', gradientReversed(operations, features, scalars.beta));
        const device = crossEntropy(operations, hidden, batch.attribute('device'));
        return { minimised: operations.add(activity, device), reported: { activity_loss: activity, device_loss: device } };
      },
    },
  ],

  figures: {
    activity_accuracy: (context) => (
      accuracy(context.operations, readActivity(context, encode(context)), context.batch.attribute('activity'))
    ),
  },
  encode,
  encodedSize: ({ settings }) => settings.latentSize,
  readKept: { activity: readActivity },
});

function encode({ networks, batch }: GameContext): Tensor {
  return networks.apply('encoder', batch.inputs);
}

function readActivity({ networks }: GameContext, features: Tensor): Tensor {
  return networks.apply('head', features);
}
