// Features of people that keep whether somebody is hired, and forget which group they are of.
import {
  accuracy, batchNorm, crossEntropy, defineGame, entropy, linear, logSoftmax, relu, sequential, weightedSum, z, type GameContext,
  type Tensor,
} from '@lethe/lethe/game';

export default defineGame({
  name: 'people',
  settings: z.strictObject({
    /** Weight of hiding the group. */
    beta: z.number().min(0).default(2),
    /** Numbers of a person. */
    latentSize: z.int().min(1).default(1),
    /** Steps of the reader in each round. */
    readerTurns: z.int().min(1).default(3),
  }),

  networks: ({ settings, facts }) => ({
    encoder: sequential(facts.inputShape, [linear(64), batchNorm(), relu(), linear(64), batchNorm(), relu(), linear(settings.latentSize)]),
    head: sequential([settings.latentSize], [linear(32), relu(), linear(facts.attribute('hired').size), logSoftmax()]),
    reader: sequential([settings.latentSize], [batchNorm(), linear(64), relu(), linear(facts.attribute('group').size), logSoftmax()]),
  }),
  groups: { features: ['encoder', 'head'], reader: ['reader'] },
  optimizers: { reader: { learningRate: 2e-3 } },

  phases: [
    {
      name: 'reading',
      trains: 'reader',
      innerSteps: ({ settings }) => settings.readerTurns,
      losses: ['reader_loss'],
      loss: (context) => {
        const loss = crossEntropy(context.operations, readGroup(context), context.batch.attribute('group'));
        return { minimised: loss, reported: { reader_loss: loss } };
      },
    },
    {
      name: 'hiding',
      trains: 'features',
      losses: ['kept_loss', 'reader_entropy'],
      loss: (context) => {
        const { operations, batch, settings } = context;
        const kept = crossEntropy(operations, readHired(context, encode(context)), batch.attribute('hired'));
        // The less the reader knows, the more entropy its answers have.
        const hidden = entropy(operations, readGroup(context));
        return {
          minimised: weightedSum(operations, [[1, kept], [-settings.beta, hidden]]),
          reported: { kept_loss: kept, reader_entropy: hidden },
        };
      },
    },
  ],

  figures: {
    hired_accuracy: (context) => accuracy(context.operations, readHired(context, encode(context)), context.batch.attribute('hired')),
    group_accuracy: (context) => accuracy(context.operations, readGroup(context), context.batch.attribute('group')),
  },
  encode,
  encodedSize: ({ settings }) => settings.latentSize,
  readKept: { hired: readHired },
});

function encode({ networks, batch }: GameContext): Tensor {
  return networks.apply('encoder', batch.inputs);
}

function readHired({ networks }: GameContext, features: Tensor): Tensor {
  return networks.apply('head', features);
}

function readGroup(context: GameContext): Tensor {
  return context.networks.apply('reader', encode(context));
}
