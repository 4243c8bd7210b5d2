import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdaptationEvaluation } from '@lethe/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../comparison/compare.js';
import { makeAdaptationData } from './adaptation-data.js';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-adaptation-'));
const data = join(folder, 'data');
const runs = join(folder, 'runs');
beforeAll(async () => { await makeAdaptationData(data); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function read(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(runs, ...path), 'utf8'));
}

describe('the recipes of domain adaptation', () => {
  it.each([
    ['mnist-to-mnist-m', 'mnist-m', 10],
    ['svhn-to-mnist', 'mnist', 10_000],
    ['usps-to-mnist', 'mnist', 10_000],
    ['mnist-to-usps', 'usps', 10],
  ])('%s learns, is measured and leaves a report', async (recipe, target, examples) => {
    const ended = await lethe(['train', '--recipe', recipe, '--data-dir', data, '--training', 'adaptation', '--rounds', '3', '--batch-size', '16', '--runs-dir', runs, '--name', recipe]);
    expect(ended.output).toContain(`target ${target}: accuracy`);
    expect(ended.code).toBe(0);
    const { domains } = read(recipe, 'evaluation.json') as AdaptationEvaluation;
    expect(domains.at(-1)).toMatchObject({ name: target, labelled: examples, examples });
    expect((read(recipe, 'summary.json') as { test: Record<string, number> }).test[`${target}/label_accuracy`]).toBeCloseTo(domains.at(-1)?.accuracy ?? Number.NaN, 5);
    expect(existsSync(join(runs, recipe, 'report.html'))).toBe(true);
  }, 120_000);

  it('compares what sources, adaptation and the target itself teach, and goes on with a comparison', async () => {
    const argv = ['train', '--recipe', 'hospitals', '--data-dir', data, '--target', 'va', '--rounds', '30', '--batch-size', '24', '--runs-dir', runs];
    const ended = await lethe([...argv, '--seeds', '1,2', '--name', 'hospitals']);
    expect(ended.code).toBe(0);
    for (const kind of ['sources alone', 'adapted', 'the target itself', 'gap closed', 'va is  ', 'read as disease']) expect(ended.output).toContain(kind);
    const { comparisons } = read('hospitals', 'comparison.json') as { comparisons: Comparison[] };
    expect(comparisons.map(({ figure, kinds }) => [figure, kinds.map(({ kind, seeds }) => [kind, seeds])])).toEqual(
      ['accuracy', 'AUROC'].map((figure) => [figure, ['sources', 'adaptation', 'target'].map((kind) => [kind, [1, 2]])]),
    );
    // What goes with the disease is the same everywhere: it is learnt.
    expect(comparisons[1]?.kinds[1]?.mean).toBeGreaterThan(0.9);
    const report = readFileSync(join(runs, 'hospitals', 'report.html'), 'utf8');
    expect([report.includes('before: UMAP'), report.includes('after: UMAP'), report.includes('What is taken for what in va')]).toEqual([true, true, true]);
    const again = await lethe(['train', '--resume', 'hospitals', '--runs-dir', runs]);
    expect(again.code).toBe(0);
    expect(again.output).toContain('gap closed');
    const page = readFileSync(join(runs, 'hospitals', 'report.html'), 'utf8');
    for (const [argv, message] of [
      [['sweep', '--resume', 'hospitals'], `found runs that are compared at ${join(runs, 'hospitals')}; go on with it by: npx lethe train --resume hospitals`],
      [['train', '--resume', 'hospitals', '--epochs', '2'], '--resume: expected no settings but --data-dir and --unpacked-gib for several runs, which keep those that they were begun with, found {"epochs":2}'],
    ] as const) {
      const refused = await lethe([...argv, '--runs-dir', runs]);
      expect(refused.output).toContain(message);
      expect(refused.code).toBe(2);
      expect(readFileSync(join(runs, 'hospitals', 'report.html'), 'utf8')).toBe(page);
    }
  }, 240_000);

  it('compares without a ceiling where no label of the target is known', async () => {
    const ended = await lethe(['train', '--recipe', 'own-images', '--data-dir', join(data, 'own'), '--target', 'night', '--image-size', '8', '--batch-size', '8', '--rounds', '2', '--runs-dir', runs, '--name', 'unlabelled']);
    expect(ended.output).toContain('2 runs, one after another');
    expect(ended.output).toContain('no test example of the target has a label');
    expect(ended.code).toBe(0);
  }, 120_000);

  it.each([
    [['--recipe', 'hospitals', '--target', 'boston'], /--target: expected a domain of the data \(cleveland, hungarian, switzerland, va\), found "boston"/],
    [['--recipe', 'hospitals', '--seeds', '1,2', '--listen', 'tcp://127.0.0.1:5999'], /--listen: expected no address for several runs/],
    [['--recipe', 'hospitals', '--batch-size', '10'], /batchSize: expected a multiple of 1 shards times 4 domains, found 10/],
    [['--recipe', 'hospitals', '--beta', '1'], /--beta: expected no beta with kind domain-adaptation, found 1/],
  ])('refuses %j', async (flags, message) => {
    const ended = await lethe(['train', ...flags, '--data-dir', data, '--rounds', '2', '--runs-dir', runs, '--name', 'refused']);
    expect(ended.output).toMatch(message);
    expect(ended.code).toBe(2);
    expect(existsSync(join(runs, 'refused'))).toBe(false);
  }, 60_000);

  it('chooses by the target\'s labels only if it is asked to, and says so', async () => {
    const ended = await lethe(['train', '--recipe', 'hospitals', '--data-dir', data, '--training', 'adaptation', '--monitor', 'target_accuracy', '--rounds', '12', '--batch-size', '24', '--runs-dir', runs, '--name', 'watched']);
    expect(ended.output).toContain("warning: target_accuracy looks at the target's labels");
    expect(readFileSync(join(runs, 'watched', 'metrics.jsonl'), 'utf8')).toContain('held_out/target_accuracy');
    expect((await lethe(['grid', 'watched', '--runs-dir', runs])).output).toContain('watched: expected a run of a game that draws, found domain-adaptation');
    expect((await lethe(['evaluate', 'watched', '--checkpoint', 'best', '--runs-dir', runs])).output).toContain('target va: accuracy');
  }, 120_000);
});
