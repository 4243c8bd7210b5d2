// Features of windows of a sensor that keep what was done, and forget which device recorded it.
import {
  accuracy, batchNorm, convolution, crossEntropy, defineGame, entropy, gelu, globalAveragePool, instanceNorm, linear, logSoftmax, relu,
  residual, sequential, weightedSum, z, type GameContext, type Tensor,
} from '@lethe/lethe/game';

export default defineGame({
  name: 'windows',
  settings: z.strictObject({
    /** Weight of hiding the device. */
    beta: z.number().min(0).default(2),
    latentSize: z.int().min(1).default(4),
    /** Maps of the first convolutions. */
    width: z.int().min(1).default(16),
  }),

  networks: ({ settings: { latentSize, width }, facts }) => ({
    encoder: sequential(facts.inputShape, [
      instanceNorm(), // takes gain and offset away
      convolution(width, { size: 7, stride: 2 }), batchNorm(), gelu(),
      residual([convolution(width, { size: 5 }), batchNorm(), gelu()]),
      convolution(2 * width, { size: 5, stride: 2 }), batchNorm(), gelu(),
      globalAveragePool(), linear(latentSize),
    ]),
    head: sequential([latentSize], [linear(facts.attribute('activity').size), logSoftmax()]),
    reader: sequential([latentSize], [batchNorm(), linear(64), relu(), linear(facts.attribute('device').size), logSoftmax()]),
  }),
  groups: { features: ['encoder', 'head'], reader: ['reader'] },
  optimizers: { reader: { learningRate: 2e-3 } },

  phases: [
    {
      name: 'reading',
      trains: 'reader',
      innerSteps: 3,
      losses: ['reader_loss'],
      loss: (context) => {
        const loss = crossEntropy(context.operations, readDevice(context), context.batch.attribute('device'));
        return { minimised: loss, reported: { reader_loss: loss } };
      },
    },
    {
      name: 'hiding',
      trains: 'features',
      losses: ['activity_loss', 'reader_entropy'],
      loss: (context) => {
        const { operations, batch, settings } = context;
        const activity = crossEntropy(operations, readActivity(context, encode(context)), batch.attribute('activity'));
        const hidden = entropy(operations, readDevice(context));
        return {
          minimised: weightedSum(operations, [[1, activity], [-settings.beta, hidden]]),
          reported: { activity_loss: activity, reader_entropy: hidden },
        };
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

function readDevice(context: GameContext): Tensor {
  return context.networks.apply('reader', encode(context));
}
