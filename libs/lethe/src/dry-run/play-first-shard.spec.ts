import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig, type ConfigLayer } from '@lethe/config';
import { openData } from '@lethe/data';
import { describeRun } from '@lethe/graphs';
import type { Objective } from '@lethe/objectives';
import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { makeAttributeTable, makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialGroups } from '../run/initial-state.js';
import { playFirstShard, type FirstShardOptions } from './play-first-shard.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-first-shard-'));
const table = join(folder, 'table');
let engine: Engine;
beforeAll(async () => {
  makeSmallData(folder);
  makeAttributeTable(table, { rows: 200 });
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
});
afterAll(() => { rmSync(folder, { recursive: true }); });

const SMALL_IMAGES = { recipe: 'quick', data: { kind: 'idx', folder, heldOut: 8 }, batchSize: 16 };

/** A run that forgets the label of small images, unless it is told otherwise, and what is different of its game. */
async function runWith(
  changes: (objective: Objective) => Partial<Objective>, values: ConfigLayer['values'] = SMALL_IMAGES,
): Promise<FirstShardOptions> {
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'file', label: (path) => path, values }]);
  const data = await openData(config.data, config.seed, { cacheFolder: null });
  const run = describeRun(config, data.facts);
  const description = { ...run, objective: { ...run.objective, ...changes(run.objective) } };
  return { engine, description, data, groups: initialGroups(description) };
}

describe('the first shard', () => {
  it('has the losses of every phase, and is the same each time', async () => {
    const run = await runWith(() => ({}));
    const losses = await playFirstShard(run);
    expect(losses.map((ofPhase) => Object.keys(ofPhase))).toEqual(run.description.objective.phases.map((phase) => phase.losses));
    expect(losses.flatMap(Object.values<number>).every(Number.isFinite)).toBe(true);
    expect(await playFirstShard(run)).toEqual(losses);
  });

  it('names the loss and the tensors that are not finite', async () => {
    const run = await runWith(({ phases: [first, ...others] }) => ({
      phases: [{ ...first!, loss: (context) => {
        const { minimised } = first!.loss(context);
        const spoilt = context.operations.log(context.operations.sub(minimised, minimised));
        return { minimised: spoilt, reported: { classifier_loss: spoilt } };
      } }, ...others],
    }));
    await expect(playFirstShard(run)).rejects.toMatchObject({
      code: 'GRADIENT_NOT_FINITE',
      message: expect.stringMatching(
        /^game forgetting, phase classifier: the loss classifier_loss is -Infinity, and the gradient is not finite in classifier\.linear1/,
      ) as string,
    });
  });

  it('refuses features of another size than the game says', async () => {
    const run = await runWith(({ encodedSize }) => ({ encodedSize: encodedSize + 1 }));
    await expect(playFirstShard(run)).rejects.toMatchObject({
      code: 'GAME_INVALID', message: 'game forgetting: expected features [examples, 11], as it declares, found 10 numbers for each example',
    });
  });

  it.each<[string, Partial<Objective>]>([
    ['predict', { predict: () => { throw new TypeError('x is not a function'); } }],
    ['decode', { decode: () => { throw new TypeError('x is not a function'); } }],
    ['readKept.y', { readKept: [() => { throw new TypeError('x is not a function'); }] }],
  ])('computes what a run would need only after training: %s', async (where, changes) => {
    const run = await runWith(() => changes, {
      recipe: 'keep-and-forget', data: { kind: 'table', folder: table, heldOut: 8, keep: ['y'], forget: ['a'] }, batchSize: 16,
    });
    await expect(playFirstShard(run)).rejects.toMatchObject({
      code: 'GAME_INVALID', message: `game forgetting, ${where} fails: x is not a function`,
    });
  });

  it('refuses a figure that is no number for each example', async () => {
    const run = await runWith((objective) => ({
      score: (context) => ({ ...objective.score(context), classifier_loss: context.operations.constant([1], []) }),
    }));
    await expect(playFirstShard(run)).rejects.toMatchObject({
      code: 'GAME_INVALID', message: 'game forgetting: expected classifier_loss to be a number for each of 250 examples, found a tensor []',
    });
  });
});
