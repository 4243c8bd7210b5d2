import { definitionOf, hashOfCode, loadCode } from '@lethe/code';
import { mergeConfig } from '@lethe/config';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import { groupLayout, perceptron } from '@lethe/networks';
import type { LossContext, Objective, PhaseLoss } from '@lethe/objectives';
import { engineEnvironment, loadEngine, type CompiledStep, type Engine } from '@lethe/tensorflow';
import { forgottenLabel } from '@lethe/testing';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compilePhase } from './compile-phase.js';
import { describeRun, type RunDescription } from './run-description.js';

const EXAMPLES = 4;
const INPUTS = 6;

let engines: Readonly<Record<'native' | 'wasm', Engine>>;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engines = { native: await loadEngine({ prefer: 'native' }), wasm: await loadEngine({ prefer: 'wasm' }) };
}, 60_000);

/** A loss that was written in a module of a user, with its source map. */
async function ownLoss(line: string): Promise<Loss> {
  const js = `export default { kind: 'lethe-game', name: 'speaker', loss: (context) => {\n${line}\n} };`;
  // Line 2, column 1 here is line 7, column 3 there.
  const map = { version: 3, sources: ['speaker.ts'], names: [], mappings: ';AAME' };
  const text = `${js}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`;
  const { sha256 } = await loadCode({ role: 'game', sha256: hashOfCode(text), text });
  return (definitionOf(sha256) as unknown as { readonly loss: Loss }).loss;
}

type Loss = (context: LossContext) => PhaseLoss;

/** A run of a game of one phase, which trains an encoder of table rows and a reader of its features. */
function described(loss: Loss): RunDescription {
  const values = {
    recipe: 'keep-and-forget', batchSize: 4 * EXAMPLES, shards: 4,
    data: { kind: 'table', folder: '/table', keep: ['label'], forget: ['sex'] },
  };
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'file', label: (path) => path, values }]);
  const run = describeRun(config, {
    shape: { height: 1, width: 1, channels: INPUTS }, classes: ['a', 'b'], trainCount: 600, testCount: 10, heldOutCount: null,
    fingerprint: '',
    kept: [{ name: 'label', kind: 'category', categories: ['a', 'b'], counts: [300, 300], missing: 0, isLabel: true }] as never,
    forgotten: forgottenLabel(['a', 'b']).map((label) => ({ ...label, name: 'sex', of: ['sex'], isLabel: false })),
    domains: [{ name: 'all', trainCount: 600, labelledCount: 600, testCount: 10, otherLabels: [] }],
  });
  const networks = [
    perceptron({ name: 'encoder', inputs: INPUTS, hidden: [], classes: 3, gives: 'values' }),
    perceptron({ name: 'reader', inputs: 3, hidden: [], classes: 2 }),
  ];
  const objective: Objective = {
    ...run.objective, name: 'speaker', groups: [{ name: 'features', networks }], scalars: () => ({ beta: 1 }),
    phases: [{
      name: 'hiding', trains: 'features', reads: ['features'], innerSteps: 1, frozenMode: 'training', losses: ['reader_loss'], loss,
    }],
  };
  const layout = groupLayout('features', networks, config.batchSize);
  const summary = { statistics: [], statisticsLength: 0, losses: ['reader_loss'], length: 1 };
  return { ...run, objective, layouts: [layout], summaries: [summary] };
}

/** Compiles the phase of a game with this loss and runs it once on zeros; an engine without graphs runs the loss only then. */
async function play(engine: Engine, loss: Loss): Promise<Readonly<Record<string, Float32Array>>> {
  const step: CompiledStep = await compilePhase({ engine, description: described(loss), phase: 0, width: 1 });
  const inputs = Object.entries(step.signature).map(([name, { shape, type }]) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return [name, type === 'int32' ? new Int32Array(size) : new Float32Array(size)] as const;
  });
  try {
    return step.run(Object.fromEntries(inputs));
  } finally {
    step.dispose();
  }
}

function rows({ operations, batch }: LossContext): Tensor {
  return operations.reshape(batch.images, [EXAMPLES, INPUTS]);
}

/** The reader's loss, which depends on all networks. */
function readerLoss(context: LossContext): Tensor {
  const { operations, networks, batch } = context;
  const answers = networks.apply('reader', networks.apply('encoder', rows(context)));
  return operations.neg(operations.mean(operations.sum(operations.mul(answers, batch.labels), [1])));
}

function lossOf(minimised: Tensor): PhaseLoss {
  return { minimised, reported: { reader_loss: minimised } };
}

const outside: Tensor[] = [];

describe.each(['native', 'wasm'] as const)('a game that somebody else wrote, on %s', (name) => {
  it('plays, if it is right', async () => {
    const { gradient, 'summary.0': summary } = await play(engines[name], (context) => lossOf(readerLoss(context)));
    expect([gradient?.length, summary?.length]).toEqual([29, 1]);
  });

  it.each([
    ["throw new TypeError('x is not a function');", 'game speaker, phase hiding fails: x is not a function (speaker.ts:7:3)'],
    [
      'context.operations.matMul(context.batch.labels, context.batch.labels);',
      /^game .*matMul of \[4, 2\] and \[4, 2\]: .*\(speaker\.ts:7:3\)$/,
    ],
    [
      "throw Object.assign(new Error('the network head expects others'), { code: 'GAME_INVALID' });",
      'game speaker, phase hiding: the network head expects others (speaker.ts:7:3)',
    ],
    ['new Array(-1);', 'game speaker, phase hiding fails: Invalid array length (speaker.ts:7:3)'],
  ])('is told the line of its source: %s', async (line, message) => {
    await expect(ownLoss(`${line} // on ${name}`).then((loss) => play(engines[name], loss))).rejects.toMatchObject({
      code: 'GAME_INVALID', message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    });
  });

  it('is not blamed for want of memory', async () => {
    const loss = await ownLoss(`throw new RangeError('Array buffer allocation failed'); // on ${name}`);
    const error: unknown = await play(engines[name], loss).catch((reason: unknown) => reason);
    expect(errorMessage(error)).toContain('Array buffer allocation failed');
    expect(errorCode(error)).not.toBe('GAME_INVALID');
  });

  it.each<[string, Loss, string, RegExp]>([
    [
      'shapes that do not fit, with both', (context) => {
        const features = context.networks.apply('encoder', rows(context));
        return lossOf(context.operations.mean(context.operations.matMul(features, features)));
      },
      'GAME_INVALID', /matMul of \[4, 3\] and \[4, 3\]: /,
    ],
    [
      'a bias of another length', (context) => lossOf(context.operations.mean(
        context.operations.addBias(context.networks.apply('encoder', rows(context)), context.operations.constant([1], [1])),
      )),
      'GAME_INVALID', /addBias of \[4, 3\] and \[1\]: expected vectors of 3 numbers/,
    ],
    [
      'a column and a row', (context) => {
        const { operations } = context;
        const column = operations.slice(rows(context), [0, 0], [-1, 1]);
        return lossOf(operations.mean(operations.sub(column, operations.reshape(column, [EXAMPLES]))));
      },
      'GAME_INVALID', /sub of \[4, 1\] and \[4\]: this would be a table of \[4, 4\]/,
    ],
    [
      'a loss for each example', (context) => lossOf(context.operations.sum(rows(context), [1])),
      'GAME_INVALID', /minimised to be one number.*\[4\]/,
    ],
    ['a loss that is no tensor', () => ({ minimised: 3, reported: {} }) as never, 'GAME_INVALID', /minimised to be a tensor.*found number/],
    ['a promise', () => Promise.resolve() as never, 'GAME_INVALID', /found a promise; it cannot be async/],
    [
      'a loss that is not reported', (context) => ({ minimised: readerLoss(context), reported: {} }),
      'GAME_INVALID', /expected reader_loss to be reported, as the phase declares, found nothing/,
    ],
    [
      'variables without gradient', (context) => lossOf(context.operations.mean(context.networks.apply('encoder', rows(context)))),
      'GAME_INVALID', /does not depend on reader\.linear1\.weight, reader\.linear1\.bias, which are of the group features/,
    ],
    [
      'no variable at all', (context) => lossOf(context.operations.mean(rows(context))),
      'GAME_INVALID', /does not depend on encoder\.linear1\.weight, encoder\.linear1\.bias, reader/,
    ],
    ['what it throws', () => { throw new TypeError('x is not a function'); }, 'GAME_INVALID', /fails: x is not a function/],
    [
      'a value that is read back',
      (context) => lossOf(context.operations.scale(readerLoss(context), readerLoss(context).dataSync()[0] ?? 1)),
      'TRACE_VALUE_READ', /read the values of a tensor by dataSync/,
    ],
    [
      'a value that is waited for', (context) => {
        void readerLoss(context).data();
        return lossOf(readerLoss(context));
      },
      'TRACE_VALUE_READ', /by data:/,
    ],
    ['Math.random', (context) => lossOf(context.operations.scale(readerLoss(context), Math.random())), 'TRACE_RANDOMNESS', /Math\.random/],
    [
      'crypto', (context) => lossOf(context.operations.scale(readerLoss(context), crypto.getRandomValues(new Uint8Array(1))[0] ?? 0)),
      'TRACE_RANDOMNESS', /crypto\.getRandomValues/,
    ],
    [
      'a clock', (context) => lossOf(context.operations.scale(readerLoss(context), Date.now())),
      'TRACE_RANDOMNESS', /Date\.now: a step reads no/,
    ],
    [
      'the date', (context) => lossOf(context.operations.scale(readerLoss(context), new Date().getDay())),
      'TRACE_RANDOMNESS', /new Date\(\)/,
    ],
    [
      'a tensor of another step', (context) => {
        const [kept] = outside.splice(0, 1, readerLoss(context));
        return lossOf(kept === undefined ? readerLoss(context) : context.operations.add(readerLoss(context), kept));
      },
      'TRACE_FOREIGN_TENSOR', /add was given a tensor \[\] that is not from this step/,
    ],
    [
      'a tensor that was made otherwise', (context) => lossOf(
        context.operations.add(readerLoss(context), engines[name].tf.scalar(1)),
      ),
      'TRACE_FOREIGN_TENSOR', /that is not from this step/,
    ],
  ])('is refused for %s', async (what, loss, code, message) => {
    if (what === 'a tensor of another step') await play(engines[name], loss);
    const error: unknown = await play(engines[name], loss).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LetheError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect((error as LetheError).message).toMatch(/^game speaker, phase hiding(:| fails:) |^step hiding-1x4 of game speaker /);
    outside.length = 0;
  });
});
