import { madePeople } from './made-people.js';

/** Trains the game, in its folder. */
export const TRAIN_COMMAND = 'npx lethe train --game ./game.ts --data-dir ./people --keep hired --forget sex';

const GAME = `import {
  accuracy, crossEntropy, defineGame, entropy, linear, logSoftmax, relu, sequential, weightedSum, z,
} from '@lethe/lethe/game';

/** Features of a person that tell whether they were hired, and hide their sex. */
export default defineGame({
  name: 'first-game',
  settings: z.strictObject({
    /** Weight of hiding; 0 hides nothing. */
    beta: z.number().min(0).default(2),
    /** Numbers in a feature vector. */
    latentSize: z.int().min(1).default(2),
    /** Updates of the adversary in each round. */
    adversarySteps: z.int().min(1).default(5),
  }),
  networks: ({ settings: { latentSize }, facts }) => ({
    encoder: sequential(facts.inputShape, [linear(32), relu(), linear(latentSize)]),
    head: sequential([latentSize], [linear(facts.attribute('hired').size), logSoftmax()]),
    adversary: sequential([latentSize], [linear(32), relu(), linear(facts.attribute('sex').size), logSoftmax()]),
  }),
  // What is in one group learns together, from one loss.
  groups: { adversary: ['adversary'], features: ['encoder', 'head'] },
  // Adam's rates, 0.001 unless said: the adversary is to keep up with the encoder.
  optimizers: { encoder: { learningRate: 0.003 }, head: { learningRate: 0.003 }, adversary: { learningRate: 0.01 } },
  // Every round plays these one after the other.
  phases: [
    {
      name: 'adversary',
      trains: 'adversary',
      innerSteps: ({ settings }) => settings.adversarySteps,
      losses: ['adversary_loss'],
      loss: ({ operations, networks, batch }) => {
        const answers = networks.apply('adversary', networks.apply('encoder', batch.inputs));
        const loss = crossEntropy(operations, answers, batch.attribute('sex'));
        return { minimised: loss, reported: { adversary_loss: loss } };
      },
    },
    {
      name: 'features',
      trains: 'features',
      losses: ['kept_loss', 'doubt'],
      loss: ({ operations, networks, batch, settings }) => {
        const features = networks.apply('encoder', batch.inputs);
        const kept = crossEntropy(operations, networks.apply('head', features), batch.attribute('hired'));
        // The more the adversary doubts, the less the features tell.
        const doubt = entropy(operations, networks.apply('adversary', features));
        return { minimised: weightedSum(operations, [[1, kept], [-settings.beta, doubt]]), reported: { kept_loss: kept, doubt } };
      },
    },
  ],
  // Figures of test examples, a number for each example. The first one is watched.
  figures: {
    kept_accuracy: ({ operations, networks, batch }) => (
      accuracy(operations, networks.apply('head', networks.apply('encoder', batch.inputs)), batch.attribute('hired'))
    ),
    adversary_accuracy: ({ operations, networks, batch }) => (
      accuracy(operations, networks.apply('adversary', networks.apply('encoder', batch.inputs)), batch.attribute('sex'))
    ),
  },
  encode: ({ networks, batch }) => networks.apply('encoder', batch.inputs),
  encodedSize: ({ settings }) => settings.latentSize,
});
`;

const TEST = `import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeTraining, train } from '@lethe/lethe';

const folder = fileURLToPath(new URL('.', import.meta.url));
const settings = { game: './game.ts', dataDir: './people', keep: ['hired'], forget: ['sex'] };
const options = { folder, runsDir: '.test-runs' };
after(() => rm(new URL('.test-runs', import.meta.url), { recursive: true, force: true }));

test('the game is what it is to be', async () => {
  const { networks, phases } = await describeTraining(settings, options);
  assert.deepEqual(networks.map(({ name }) => name).sort(), ['adversary', 'encoder', 'head']);
  assert.deepEqual(phases.map(({ name, innerSteps }) => [name, innerSteps]), [['adversary', 5], ['features', 1]]);
});

test('the features keep who was hired', async () => {
  const { summary } = await train({ ...settings, rounds: 150, evaluation: false, workers: 1 }, options).done;
  assert.ok(summary.test.kept_accuracy > 0.75, \`hired is read of \${summary.test.kept_accuracy}\`);
});
`;

const README = `# A game of one's own

\`game.ts\` is a game for Lethe: networks, what each of them minimises, and what is measured. Its features are to keep who was hired and to
forget their sex. \`people/people.csv\` is made: \`hired\` depends on \`skill\` and \`practice\` alone, while \`height\`, \`pitch\` and
\`grip\` tell the sex.

    ${TRAIN_COMMAND} --dry-run    # what would be trained
    ${TRAIN_COMMAND}    # trains it and measures it, into runs
    node --test    # whether the game is what it is to be

The package \`@lethe/lethe\` has to be installed here or in a folder above. Settings of the game are given by \`--set\`:

    ${TRAIN_COMMAND} --set beta=0.5 --set adversarySteps=3

To use it for your own table, put its CSV into a folder, name that after \`--data-dir\` and its columns after \`--keep\` and
\`--forget\`, and put these names where \`game.ts\` has \`hired\` and \`sex\`.
`;

const COMPILER_OPTIONS = {
  target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, noEmit: true, skipLibCheck: true,
};

/** The files of a working start, by their paths. */
export function startFiles(name: string): Readonly<Record<string, string>> {
  const scripts = { train: TRAIN_COMMAND.replace('npx ', ''), test: 'node --test' };
  return {
    'game.ts': GAME,
    'game.test.mjs': TEST,
    'people/people.csv': madePeople(),
    'README.md': README,
    'tsconfig.json': json({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] }),
    'package.json': json({ name, version: '0.0.0', private: true, type: 'module', scripts }),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
