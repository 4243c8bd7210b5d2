import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAttributeTable } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, letheProcesses, type Ended } from './lethe-process.js';
import { isThorough } from './thorough.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-own-game-'));
const runs = join(folder, 'runs');
const game = join(folder, 'game.ts');
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/**
 * Keeps `y` and hides `a`, in three networks of two groups. The adversary's weight climbs from round to round. Each step has a batch of its
 * own, and the networks that it does not train are in evaluation mode.
 */
const GAME = `
import {
  accuracy, batchNorm, crossEntropy, defineGame, dropout, linear, logSoftmax, relu, sequential, weightedSum, z,
} from '@lethe/lethe/game';
import { WIDTH } from './width.ts';

export default defineGame({
  name: 'hide-and-keep',
  settings: z.strictObject({ beta: z.number().min(0).default(1), latentSize: z.int().min(1).default(2) }),
  networks: ({ settings: { latentSize }, facts }) => ({
    encoder: sequential(facts.inputShape, [linear(WIDTH), batchNorm(), relu(), linear(latentSize)]),
    head: sequential([latentSize], [linear(facts.attribute('y').size), logSoftmax()]),
    adversary: sequential([latentSize], [
      batchNorm(), linear(WIDTH), relu(), dropout(0.3), linear(facts.attribute('a').size), logSoftmax(),
    ]),
  }),
  groups: { features: ['encoder', 'head'], adversary: ['adversary'] },
  optimizers: { adversary: { learningRate: 2e-3 } },
  scalars: ({ settings, round, rounds }) => ({ weight: settings.beta * Math.min(1, (2 * round) / rounds) }),
  batchPer: 'step',
  phases: [
    {
      name: 'adversary', trains: 'adversary', innerSteps: 2, frozenMode: 'evaluation', losses: ['adversary_loss'],
      loss: ({ operations, networks, batch }) => {
        const loss = crossEntropy(operations, networks.apply('adversary', networks.apply('encoder', batch.inputs)), batch.attribute('a'));
        return { minimised: loss, reported: { adversary_loss: loss } };
      },
    },
    {
      name: 'features', trains: 'features', frozenMode: 'evaluation', losses: ['kept_loss', 'hidden_loss'],
      loss: ({ operations, networks, batch, scalars }) => {
        const features = networks.apply('encoder', batch.inputs);
        const kept = crossEntropy(operations, networks.apply('head', features), batch.attribute('y'));
        const hidden = crossEntropy(operations, networks.apply('adversary', features), batch.attribute('a'));
        return {
          minimised: weightedSum(operations, [[1, kept], [operations.neg(scalars.weight), hidden]]),
          reported: { kept_loss: kept, hidden_loss: hidden },
        };
      },
    },
  ],
  figures: {
    kept_accuracy: ({ operations, networks, batch }) => (
      accuracy(operations, networks.apply('head', networks.apply('encoder', batch.inputs)), batch.attribute('y'))
    ),
  },
  encode: ({ networks, batch }) => networks.apply('encoder', batch.inputs),
  encodedSize: ({ settings }) => settings.latentSize,
  readKept: { y: ({ networks }, features) => networks.apply('head', features) },
});
`;

beforeAll(() => {
  makeAttributeTable(join(folder, 'table'), { rows: 600 });
  mkdirSync(runs);
  writeFileSync(game, GAME);
  writeFileSync(join(folder, 'width.ts'), 'export const WIDTH: number = 8;\n');
});

const SMALL = [
  '--game', game, '--data-dir', join(folder, 'table'), '--keep', 'y', '--forget', 'a', '--held-out', '60', '--batch-size', '64',
  '--shards', '4', '--rounds', '8', '--heartbeat-seconds', '0.25', '--runs-dir', runs, '--no-evaluation',
];

function train(name: string, ...flags: string[]): Promise<Ended> {
  return lethe(['train', ...SMALL, '--name', name, ...flags]);
}

function read(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(runs, ...path), 'utf8'));
}

const weightsOf = (name: string): string => (read(name, 'summary.json') as { weights_sha256: string }).weights_sha256;

describe('a game of a module', () => {
  it('has the bits of one worker with two', async () => {
    const [one, two] = await Promise.all([train('one', '--workers', '1'), train('of-2', '--workers', '2')]);
    expect([one.code, one.output]).toEqual([0, expect.stringMatching(/completed +8 rounds/)]);
    expect(two.code, two.output).toBe(0);
    expect(weightsOf('of-2')).toBe(weightsOf('one'));
  }, 180_000);

  it.runIf(isThorough)('has them with four of which one is killed', async () => {
    const long = ['--rounds', '40'];
    const one = await train('long', ...long, '--workers', '1');
    expect(one.code, one.output).toBe(0);
    let isKilled = false;
    const killed = await lethe(['train', ...SMALL, ...long, '--name', 'killed', '--workers', '4'], (text) => {
      if (isKilled || !text.includes('examples/s')) return;
      isKilled = true;
      process.kill(Number(letheProcesses().filter((line) => line.includes('apps/worker/')).at(-1)?.split(' ')[0]), 'SIGKILL');
    });
    expect([killed.code, isKilled]).toEqual([0, true]);
    expect(weightsOf('killed')).toBe(weightsOf('long'));
  }, 180_000);

  it('is kept with the run, which is all that it needs from then on', async () => {
    const code = readdirSync(join(runs, 'one', 'code'));
    const objective = { kind: 'own', game: 'hide-and-keep', code: code[0]?.replace('.mjs', ''), beta: 1, latentSize: 2 };
    expect(read('one', 'config.json')).toMatchObject({ objective });
    rmSync(game);
    try {
      const resumed = await lethe(['train', '--resume', join(runs, 'one'), '--rounds', '12']);
      expect([resumed.code, resumed.output]).toEqual([0, expect.stringMatching(/completed +12 rounds/)]);
      const out = join(folder, 'features.csv');
      const predictions = join(folder, 'predictions.csv');
      const [measured, encoded, predicted, started] = await Promise.all([
        lethe(['evaluate', join(runs, 'one'), '--probes', 'linear', '--seeds', '1', '--workers', '1']),
        lethe(['encode', join(runs, 'one'), '--data-dir', join(folder, 'table'), '--out', out]),
        lethe(['predict', join(runs, 'one'), '--data-dir', join(folder, 'table'), '--out', predictions]),
        lethe([
          'train', '--config', join(runs, 'of-2', 'config.json'), '--init-from', join(runs, 'of-2'), '--rounds', '2', '--runs-dir', runs,
          '--name', 'started', '--set', 'latentSize=2', '--beta', '0.5',
        ]),
      ]);
      expect([measured.code, measured.output]).toEqual([0, expect.stringContaining('y')]);
      expect(read('one', 'evaluation.json')).toMatchObject({
        kind: 'attributes', latent_size: 2, fairness: 'parity', is_sampled: false, kept: [{ name: 'y' }], forgotten: [{ name: 'a' }],
      });
      expect(existsSync(join(runs, 'one', 'report.html'))).toBe(true);
      expect(encoded.code, encoded.output).toBe(0);
      expect(readFileSync(out, 'utf8').split('\n').length).toBeGreaterThan(600);
      expect([predicted.code, predicted.output]).toEqual([0, expect.any(String)]);
      expect(readFileSync(predictions, 'utf8')).toMatch(/y=no,y=yes/);
      expect([started.code, started.output]).toEqual([0, expect.stringMatching(/completed +2 rounds/)]);
    } finally {
      writeFileSync(game, GAME);
    }
  }, 180_000);

  it('refuses settings that it does not have, and is listed under its name', async () => {
    const [refused, listed] = await Promise.all([train('refused', '--set', 'bta=2'), lethe(['runs', '--runs-dir', runs, '--json'])]);
    expect([refused.code, refused.output]).toEqual([2, expect.stringContaining('did you mean objective.beta?')]);
    expect(listed.output).toMatch(/"game": ?"hide-and-keep"/);
  }, 120_000);

  // That settings are tried by a sweep, package.spec.ts shows.
  it.runIf(isThorough)('is swept over its settings, of which one of its figures names the best', async () => {
    const best = ['--best', 'held_out/kept_accuracy', '--best-higher'];
    const swept = await lethe([
      'sweep', ...SMALL, '--rounds', '4', '--name', 'swept', '--set', 'beta=0.5,2', '--workers', '1', ...best,
    ]);
    expect([swept.code, swept.output]).toEqual([0, expect.stringMatching(/best: 00\d \(held_out\/kept_accuracy/)]);
    for (const [trial, beta] of [['001', 0.5], ['002', 2]] as const) {
      expect(read('swept', 'trials', trial, 'config.json')).toMatchObject({ objective: { beta } });
    }
  }, 120_000);
});
