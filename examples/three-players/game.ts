// An adversarial autoencoder that forgets a column: its codes must look like draws of a standard normal to one adversary, and tell the
// group to no other. Two adversaries, which want different things of the same codes, each with two steps in a round.
import {
  batchNorm, crossEntropy, defineGame, defineNetwork, linear, logSoftmax, meanSquaredError, relu, sequential, squaredErrorOfEach,
  weightedSum, z, type GameContext, type Tensor,
} from '@lethe/lethe/game';

export default defineGame({
  name: 'critic-and-reader',
  settings: z.strictObject({
    codeSize: z.int().min(1).default(2),
    width: z.int().min(1).default(64),
    /** Weight of looking like the prior, and of hiding the group. */
    priorWeight: z.number().min(0).default(0.1),
    hidingWeight: z.number().min(0).default(0.5),
  }),

  networks: ({ settings: { codeSize, width }, facts, facts: { inputShape: [columns = 1] } }) => ({
    encoder: sequential(facts.inputShape, [linear(width), batchNorm(), relu(), linear(codeSize)]),
    decoder: sequential([codeSize + facts.attribute('group').size], [linear(width), batchNorm(), relu(), linear(columns)]),
    critic: sequential([codeSize], [linear(width), relu(), linear(2), logSoftmax()]),
    reader: sequential([codeSize], [batchNorm(), linear(width), relu(), linear(facts.attribute('group').size), logSoftmax()]),
    prior,
  }),
  groups: { autoencoder: ['encoder', 'decoder'], critic: ['critic', 'prior'], reader: ['reader'] },
  optimizers: { critic: { learningRate: 2e-3 }, reader: { learningRate: 4e-3 } },

  phases: [
    {
      name: 'criticism',
      trains: 'critic',
      innerSteps: 2,
      losses: ['critic_loss'],
      loss: (context) => {
        const { operations, networks } = context;
        const codes = encode(context);
        const ofPrior = networks.apply('critic', networks.apply('prior', codes));
        const loss = operations.add(isOf(context, ofPrior, 'prior'), isOf(context, networks.apply('critic', codes), 'encoder'));
        return { minimised: loss, reported: { critic_loss: loss } };
      },
    },
    {
      name: 'reading',
      trains: 'reader',
      innerSteps: 2,
      losses: ['reader_loss'],
      loss: (context) => {
        const loss = crossEntropy(context.operations, context.networks.apply('reader', encode(context)), context.batch.attribute('group'));
        return { minimised: loss, reported: { reader_loss: loss } };
      },
    },
    {
      name: 'rebuilding',
      trains: 'autoencoder',
      losses: ['reconstruction_mse', 'prior_loss', 'group_nll'],
      loss: (context) => {
        const { operations, networks, batch, settings } = context;
        const codes = encode(context);
        const rebuilt = meanSquaredError(operations, decode(context, codes), batch.inputs);
        const taken = isOf(context, networks.apply('critic', codes), 'prior');
        const read = crossEntropy(operations, networks.apply('reader', codes), batch.attribute('group'));
        return {
          minimised: weightedSum(operations, [[1, rebuilt], [settings.priorWeight, taken], [-settings.hidingWeight, read]]),
          reported: { reconstruction_mse: rebuilt, prior_loss: taken, group_nll: read },
        };
      },
    },
  ],

  figures: {
    reconstruction_mse: (context) => squaredErrorOfEach(context.operations, decode(context, encode(context)), context.batch.inputs),
  },
  encode,
  encodedSize: ({ settings }) => settings.codeSize,
  decode,
});

/** Draws of the prior, as many as there are codes [examples, codeSize]; in evaluation, which draws nothing, zeros. */
const prior = defineNetwork({
  tensors: [],
  forward: (context, codes) => context.noise(codes.shape) ?? context.operations.scale(codes, 0),
});

function encode({ networks, batch }: GameContext): Tensor {
  return networks.apply('encoder', batch.inputs);
}

/** What the decoder makes of codes and the group. */
function decode({ operations, networks, batch }: GameContext, codes: Tensor): Tensor {
  return networks.apply('decoder', operations.concat([codes, batch.attribute('group')], 1));
}

/** Mean of -ln p(origin) by the critic, whose answers are log-probabilities [examples, 2]. */
function isOf({ operations }: GameContext, answers: Tensor, origin: 'prior' | 'encoder'): Tensor {
  return operations.neg(operations.mean(operations.slice(answers, [0, origin === 'prior' ? 0 : 1], [-1, 1])));
}
