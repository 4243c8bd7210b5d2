import { groupLayout, initialValues, perceptron, trainingNetworks } from '@lethe/networks';
import { loadEngine, type Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineGame } from './define-game.js';
import type { GameFacts } from './game-facts.js';
import type { LossContext, Objective, PhaseLoss } from './objective.js';
import type { GameContext } from './own-game/game-context.js';
import { accuracy, crossEntropy, squaredError, squaredErrorOfEach, weightedSum } from './own-game/game-losses.js';

const FACTS: GameFacts = {
  height: 1, width: 1, channels: 3, classes: 2, classNames: ['well', 'ill'], domains: ['all'], adapts: false, totalRounds: 10,
  kept: [
    { kind: 'category', name: 'diagnosis', categories: ['well', 'ill'], missing: 0, isLabel: true },
    { kind: 'number', name: 'age', missing: 1, isLabel: false },
  ],
  forgotten: [{
    name: 'speaker', of: ['speaker'], categories: ['a', 'b', 'c'], counts: [1, 1, 2], countsByLabel: [[1, 0, 1], [0, 1, 1]], missing: 0,
    isLabel: false,
  }],
};

/** For losses and figures alike. */
function encode({ networks, batch }: GameContext): Tensor {
  return networks.apply('encoder', batch.inputs);
}

/** Hides `speaker`, keeps `diagnosis` and `age`. */
const GAME = {
  name: 'speaker',
  settings: z.object({ beta: z.number().min(0).default(1), latentSize: z.int().min(1).default(2) }),
};

function speakerGame(changes: Readonly<Record<string, unknown>> = {}): ReturnType<typeof defineGame> {
  return defineGame({
    ...GAME,
    networks: ({ settings, facts }) => ({
      encoder: perceptron({ name: '', inputs: facts.inputShape[0] ?? 0, hidden: [], classes: settings.latentSize, gives: 'values' }),
      head: perceptron({ name: '', inputs: settings.latentSize, hidden: [], classes: facts.attribute('diagnosis').size }),
      adversary: perceptron({ name: '', inputs: settings.latentSize, hidden: [4], classes: facts.attribute('speaker').size }),
    }),
    groups: { features: ['encoder', 'head'], adversary: ['adversary'] },
    optimizers: { adversary: { learningRate: 2e-3 }, head: { kind: 'sgd' } },
    scalars: ({ settings, round, rounds }) => ({ beta: settings.beta * (round / rounds) }),
    phases: [
      {
        name: 'adversary', trains: 'adversary', innerSteps: ({ settings }) => settings.latentSize, losses: ['adversary_loss'],
        loss: ({ operations, networks, batch }) => {
          const answer = networks.apply('adversary', networks.apply('encoder', batch.inputs));
          const loss = crossEntropy(operations, answer, batch.attribute('speaker'));
          return { minimised: loss, reported: { adversary_loss: loss } };
        },
      },
      {
        name: 'features', trains: 'features', losses: ['kept_loss', 'age_loss'],
        loss: (context) => {
          const { operations, networks, batch, scalars } = context;
          const latent = encode(context);
          const kept = crossEntropy(operations, networks.apply('head', latent), batch.attribute('label'));
          const age = squaredError(operations, operations.slice(latent, [0, 0], [-1, 1]), batch.attribute('age'));
          const hidden = crossEntropy(operations, networks.apply('adversary', latent), batch.attribute('speaker'));
          return {
            minimised: weightedSum(operations, [[1, kept], [0.5, age], [operations.neg(scalars.beta), hidden]]),
            reported: { kept_loss: kept, age_loss: age },
          };
        },
      },
    ],
    figures: {
      kept_accuracy: ({ operations, networks, batch }) => (
        accuracy(operations, networks.apply('head', networks.apply('encoder', batch.inputs)), batch.attribute('diagnosis'))
      ),
    },
    encode,
    encodedSize: ({ settings }) => settings.latentSize,
    decode: ({ operations }, features) => operations.concat([features, operations.slice(features, [0, 0], [-1, 1])], 1),
    readKept: { diagnosis: ({ networks }, features) => networks.apply('head', features) },
    ...changes,
  });
}

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

const EXAMPLES = 2;

/** What `compute` makes of a batch of two examples, of which the second has no age. */
async function computed(objective: Objective, compute: (context: LossContext) => Tensor): Promise<Float32Array> {
  const networks = objective.groups.flatMap((group) => group.networks);
  const layout = groupLayout('all', networks, EXAMPLES);
  const { operations } = engine;
  const step = await engine.compile('game', (inputs) => {
    const tensors = operations.unpack(inputs.parameters, layout.segments.map(({ shape }) => shape));
    const parameters = new Map(layout.segments.map(({ name }, index) => [name, tensors[index] as Tensor]));
    const seeds = { round: inputs.seed, step: inputs.seed };
    return { result: compute({
      operations,
      networks: trainingNetworks({ operations, networks, parameters, seeds, recordMoments: () => undefined }),
      batch: {
        images: inputs.images, undistorted: inputs.images, labels: inputs.labels, domains: inputs.domains,
        attributes: { 'kept.1': inputs.age, 'forgotten.0': inputs.speaker },
      },
      scalars: { beta: operations.constant([0.5], []) },
    }) };
  }, {
    parameters: { type: 'float32', shape: [layout.length] },
    images: { type: 'float32', shape: [EXAMPLES, 1, 1, 3] },
    labels: { type: 'float32', shape: [EXAMPLES, 2] },
    domains: { type: 'float32', shape: [EXAMPLES, 1] },
    age: { type: 'float32', shape: [EXAMPLES, 2] },
    speaker: { type: 'float32', shape: [EXAMPLES, 3] },
    seed: { type: 'int32', shape: [2] },
  });
  const { result } = step.run({
    parameters: initialValues(layout, networks, 1), images: Float32Array.of(1, 2, 3, -1, 0, 1), labels: Float32Array.of(1, 0, 0, 1),
    domains: Float32Array.of(1, 1), age: Float32Array.of(2, 1, 0, 0), speaker: Float32Array.of(1, 0, 0, 0, 0, 1),
    seed: Int32Array.of(1, 2),
  });
  step.dispose();
  return result;
}

describe('a game that a user defines', () => {
  it('has defaults of its settings, optimisers of its networks, and figures to watch', () => {
    const game = speakerGame();
    expect(game.settings.parse({})).toEqual({ beta: 1, latentSize: 2 });
    expect(game.optimizers).toMatchObject({
      encoder: { kind: 'adam', learningRate: 1e-3, beta2: 0.999 }, adversary: { kind: 'adam', learningRate: 2e-3 },
      head: { kind: 'sgd', learningRate: 1e-3, momentum: 0, schedule: { kind: 'constant' } },
    });
    expect(game.figures).toEqual(['kept_accuracy']);
  });

  it('is a game as data for the facts of a run', () => {
    const objective = speakerGame().play({ latentSize: 3 }, FACTS);
    expect(objective.groups.map(({ name, networks }) => [name, networks.map((network) => network.name)])).toEqual([
      ['features', ['encoder', 'head']], ['adversary', ['adversary']],
    ]);
    expect(objective.phases.map(({ name, innerSteps, reads, losses }) => [name, innerSteps, reads, losses])).toEqual([
      ['adversary', 3, ['features', 'adversary'], ['adversary_loss']],
      ['features', 1, ['features', 'adversary'], ['kept_loss', 'age_loss']],
    ]);
    expect(objective).toMatchObject({ name: 'speaker', encodedSize: 3, redraw: null, predict: null, figures: ['kept_accuracy'] });
    expect(objective.deployed).toEqual(['encoder', 'head', 'adversary']);
    expect(objective.readKept.map((read) => read === null)).toEqual([false, true]);
    expect(objective.scalars(5)).toEqual({ beta: 0.5 });
  });

  it('sees a batch in its shape, and values by their names, missing ones left out', async () => {
    const objective = speakerGame().play({}, FACTS);
    const features = await computed(objective, (context) => objective.encode(context));
    expect(features).toHaveLength(EXAMPLES * 2);
    const [, age] = await computed(objective, (context) => {
      const reported = objective.phases[1]?.loss(context).reported;
      return context.operations.pack([reported?.['kept_loss'] as Tensor, reported?.['age_loss'] as Tensor]);
    });
    // Of the first example alone, whose age is 2.
    expect(age).toBeCloseTo(((features[0] ?? 0) - 2) ** 2, 5);
    const decoded = await computed(objective, (context) => (
      squaredErrorOfEach(context.operations, objective.decode?.(context, objective.encode(context)) as Tensor, context.batch.images)
    ));
    const [one = 0, two = 0] = features;
    expect(decoded[0]).toBeCloseTo(((one - 1) ** 2 + (two - 2) ** 2 + (one - 3) ** 2) / 3, 4);
  });

  it('has one batch in a round, and networks that compute alike, unless it says otherwise', () => {
    const modes = ({ batchPer, phases }: Objective): string[] => [batchPer, ...phases.map(({ frozenMode }) => frozenMode)];
    expect(modes(speakerGame().play({}, FACTS))).toEqual(['round', 'training', 'training']);
    const groups = { features: ['encoder', 'head'], adversary: ['adversary'] };
    const phases = Object.keys(groups).map((trains) => ({
      name: trains, trains, losses: [trains], loss: (): void => undefined,
      frozenMode: trains === 'features' ? 'evaluation' : ({ settings }: { settings: { beta: number } }) => (
        settings.beta > 1 ? 'evaluation' : 'training'
      ),
    }));
    const batchPer = ({ settings }: { settings: { beta: number } }): string => (settings.beta > 1 ? 'step' : 'round');
    const game = speakerGame({ groups, phases, batchPer });
    expect(modes(game.play({ beta: 2 }, FACTS))).toEqual(['step', 'evaluation', 'evaluation']);
    expect(modes(game.play({ beta: 1 }, FACTS))).toEqual(['round', 'evaluation', 'training']);
  });

  it('redraws where the label is all that is forgotten', () => {
    const label = { ...FACTS.forgotten[0], name: 'label', isLabel: true } as (typeof FACTS.forgotten)[number];
    const networks = { networks: () => ({ encoder: perceptron({ name: '', inputs: 3, hidden: [], classes: 2 }) }) };
    const phases = [{ name: 'one', trains: 'all', losses: ['loss'], loss: () => { throw new TypeError('not computed'); } }];
    const game = speakerGame({ ...networks, groups: { all: ['encoder'] }, optimizers: {}, phases, readKept: {} });
    expect(game.play({}, { ...FACTS, forgotten: [label] }).redraw).toBeNull();
    expect(game.play({}, { ...FACTS, kept: [], forgotten: [label] }).redraw).not.toBeNull();
    expect(game.play({}, { ...FACTS, kept: [], forgotten: [] }).redraw).toBeNull();
  });

  it.each([
    [{ name: 'My game' }, 'game My game, name: expected small letters, digits, - and _, beginning with a letter, found "My game"'],
    [{ groups: { features: ['encoder', 'head'] } }, 'game speaker, phase adversary: expected a group among features, found adversary'],
    [
      { groups: { features: ['encoder', 'head', 'adversary'], adversary: ['adversary'] } },
      'groups: expected every network in one group, once, found adversary in features and in adversary',
    ],
    [{ groups: { features: ['encoder'], adversary: ['adversary'], idle: ['head'] } },
      'group idle: expected a phase that trains it, found none'],
    [{ phases: [{ name: 'features', trains: 'features', losses: [], loss: (): void => undefined }], groups: { features: ['encoder'] } },
      'phase features: expected the name of a loss that it reports, found none'],
    [{ optimizers: { encodr: {} } }, 'expected networks of its groups (encoder, head, adversary), found encodr'],
    [{ figures: {} }, 'figures: expected a figure, which chooses the best checkpoint, found none'],
    [{ settings: z.object({ optimizers: z.number() }) },
      'settings: expected other names than kind, game, code, optimizers, found optimizers'],
    [{ encoder: 1 }, 'defineGame: expected no keys but name, settings'],
    [{ encode: undefined }, 'encode: expected a function, found undefined'],
    [{ encodedSize: undefined }, 'game speaker, encodedSize: expected a number or a function, found undefined'],
    [{ phases: {} }, 'game speaker, phases: expected a list, found an object'],
    [{ phases: [null] }, 'game speaker, phases: expected objects { name, trains, losses, loss }, found null'],
    [{ phases: [{ name: 'one', trains: 'features', loss: (): void => undefined }] },
      'game speaker, phase one: expected `losses`, a list of names, found undefined'],
    [{ phases: [{ name: 'one', trains: 'features', reads: 'adversary', losses: ['one'], loss: (): void => undefined }] },
      'game speaker, phase one: expected `reads`, a list of groups, found a string'],
    [{ phases: [{ name: 'one', trains: 'features', losses: ['one'] }] },
      'game speaker, phase one: expected `loss`, a function, found undefined'],
    [{ figures: { kept: 'accuracy' } }, 'game speaker, figures.kept: expected a function, found a string'],
    [{ readKept: { diagnosis: null } }, 'game speaker, readKept.diagnosis: expected a function, found null'],
    [{ deployed: 'encoder' }, 'game speaker, deployed: expected a list, found a string'],
  ])('is refused where it contradicts itself: %o', (changes, message) => {
    expect(() => speakerGame(changes)).toThrow(
      expect.objectContaining({ code: 'GAME_INVALID', message: expect.stringContaining(message) as string }),
    );
  });

  it.each([undefined, null, 'speaker', []])('is refused where it is no description: %o', (description) => {
    expect(() => defineGame(description as never)).toThrow(
      expect.objectContaining({
        code: 'GAME_INVALID', message: expect.stringMatching(/^defineGame: expected the description of a game, .*, found \w/) as string,
      }),
    );
  });

  it.each([
    [{ readKept: { diagnose: () => undefined } },
      'game speaker, readKept: expected attributes that the run keeps (diagnosis, age), found diagnose'],
    [{ groups: { features: ['encoder'], adversary: ['adversary'] }, optimizers: {} },
      'expected every network in a group, found head in none'],
    [{ networks: () => ({}) }, 'groups: expected networks among those that `networks` makes (), found encoder'],
    [{ encodedSize: 0 }, 'encodedSize: expected a whole number of at least 1, found 0'],
    [{ networks: ({ facts }: { facts: { attribute: (name: string) => unknown } }) => facts.attribute('speakr') },
      'expected an attribute among diagnosis (kept), age (kept), speaker (forgotten), label, found speakr'],
    [{ phases: [
      { name: 'features', trains: 'features', innerSteps: () => 0, losses: ['one'], loss: (): void => undefined },
      { name: 'adversary', trains: 'adversary', losses: ['two'], loss: (): void => undefined },
    ] }, 'phase features: expected innerSteps: a whole number of at least 1, found 0'],
    [{ batchPer: 'phase' }, 'game speaker, batchPer: expected round or step, found phase'],
    [{ phases: [
      { name: 'features', trains: 'features', frozenMode: () => true, losses: ['one'], loss: (): void => undefined },
      { name: 'adversary', trains: 'adversary', losses: ['two'], loss: (): void => undefined },
    ] }, 'game speaker, phase features, frozenMode: expected training or evaluation, found a boolean'],
  ])('is refused with the facts that it does not fit: %o', (changes, message) => {
    const game = speakerGame(changes);
    expect(() => game.play({}, FACTS)).toThrow(
      expect.objectContaining({ code: 'GAME_INVALID', message: expect.stringContaining(message) as string }),
    );
  });

  it('names what is computed in a wrong shape, and networks that a phase does not read', async () => {
    const figures = { odd: ({ batch }: { batch: { inputs: Tensor } }) => batch.inputs };
    const shaped = speakerGame({ figures }).play({}, FACTS);
    await expect(computed(shaped, (context) => shaped.score(context)['odd'] as Tensor)).rejects.toThrow(
      'game speaker, figure odd: expected a tensor [examples], found [2, 3]',
    );
    const phases = [
      { name: 'features', trains: 'features', reads: [], losses: ['kept_loss'], loss: (context: LossContext): PhaseLoss => (
        { minimised: context.networks.apply('adversary'), reported: {} }
      ) },
      { name: 'adversary', trains: 'adversary', losses: ['other_loss'], loss: (): void => undefined },
    ];
    const narrow: Objective = speakerGame({ phases }).play({}, FACTS);
    await expect(computed(narrow, (context) => narrow.phases[0]?.loss(context).minimised as Tensor)).rejects.toThrow(
      'game speaker, phase features: expected a network among encoder, head, found adversary',
    );
  });

  it.each<[string, string, Readonly<Record<string, unknown>>, (objective: Objective, context: LossContext) => unknown]>([
    ['another shape than an example has', 'decode: expected a tensor [examples, 3], found [2, 2]',
      { decode: (_: unknown, features: Tensor) => features },
      (objective, context) => objective.decode?.(context, objective.encode(context))],
    ['a promise', 'encode: expected a tensor [examples, 2], found a promise; it cannot be async',
      { encode: async () => Promise.resolve() },
      (objective, context) => objective.encode(context)],
    ['scalars in a figure', 'figure odd: expected no scalars, which are of a round and in losses alone, found that it reads scalars.beta',
      { figures: { odd: ({ scalars }: LossContext) => scalars['beta'] } }, (objective, context) => objective.score(context)],
    ['scalars in encode', 'encode: expected no scalars', { encode: ({ scalars }: LossContext) => scalars['beta'] },
      (objective, context) => objective.encode(context)],
  ])('refuses %s', async (_, message, changes, compute) => {
    const objective = speakerGame(changes).play({}, FACTS);
    await expect(computed(objective, (context) => compute(objective, context) as Tensor)).rejects.toThrow(`game speaker, ${message}`);
  });

  it('leaves what a loss returns as it is: each phase is checked where it is compiled', async () => {
    const returned: unknown[] = [Promise.resolve(), undefined, { minimised: null }];
    const groups = { all: ['encoder', 'head', 'adversary'] };
    const phases = returned.map((value, index) => ({ name: `p${index}`, trains: 'all', losses: [`loss${index}`], loss: () => value }));
    const objective: Objective = speakerGame({ groups, phases }).play({}, FACTS);
    await computed(objective, (context) => {
      expect(objective.phases.map((phase) => phase.loss(context))).toEqual(returned);
      return context.operations.constant([0], []);
    });
  });

  it('refuses settings that it has not', () => {
    expect(() => speakerGame().play({ beta: -1, bta: 1 }, FACTS)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
