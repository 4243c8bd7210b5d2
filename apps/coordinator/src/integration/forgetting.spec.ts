import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForgettingEvaluation } from '@lethe/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';
import { makeSmallData } from './small-data.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-forgetting-'));
const runs = join(folder, 'runs');
const data = join(folder, 'data');
beforeAll(() => { makeSmallData(data); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Everything that influences later rounds and is not in the article's game. */
const EVERYTHING = [
  '--recipe', 'forget', '--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8', '--adversaries', '2', '--adversary-fresh-every', '2',
  '--adversary-width', '16', '--adversary-spectral-norm', '--averaging', '0.9', '--beta-ramp-rounds', '4', '--classifier-turns', '2', '--bottleneck', 'variational', '--adversary-reads', 'sample',
];

const weights = (output: string): string => /sha256 ([0-9a-f]{64})/.exec(output)?.[1] ?? `none in:\n${output}`;

function evaluation(name: string): ForgettingEvaluation {
  return JSON.parse(readFileSync(join(runs, name, 'evaluation.json'), 'utf8')) as ForgettingEvaluation;
}

describe('forgetting', () => {
  it('has the same bits with any cluster, and after a resume, with every feature on', async () => {
    const whole = await lethe(['train', ...EVERYTHING, '--rounds', '7', '--no-evaluation', '--name', 'whole']);
    expect(whole.code).toBe(0);
    const shared = await lethe(['train', ...EVERYTHING, '--rounds', '7', '--no-evaluation', '--name', 'shared', '--workers', '3', '--servers', '2']);
    expect(weights(shared.output)).toBe(weights(whole.output));
    // The rates fall over the length of a run, so that a run which is made longer is another one: at a constant rate it is not.
    const constant = [...EVERYTHING, '--schedule', 'constant', '--no-evaluation'];
    const unbroken = await lethe(['train', ...constant, '--rounds', '7', '--name', 'unbroken']);
    expect((await lethe(['train', ...constant, '--rounds', '3', '--name', 'broken'])).code).toBe(0);
    const resumed = await lethe(['train', '--resume', 'broken', '--runs-dir', runs, '--rounds', '7', '--workers', '2']);
    expect(resumed.code).toBe(0);
    expect(weights(resumed.output)).toBe(weights(unbroken.output));
    expect(weights(unbroken.output)).not.toBe(weights(whole.output));
  }, 180_000);

  it.each(['wrong-label', 'gradient-reversal'])('trains by %s', async (hiding) => {
    const ended = await lethe(['train', '--recipe', 'forget', '--classifier-turns', '1', '--hiding', hiding, '--bottleneck', 'gaussian', '--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8', '--rounds', '2', '--no-grid', '--no-evaluation', '--name', hiding]);
    expect(ended.output).toMatch(/completed +2 rounds/);
    expect(ended.code).toBe(0);
  }, 60_000);

  it('is measured at the end of a run, the same for any number of workers, and again by lethe evaluate', async () => {
    const train = ['train', '--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8', '--rounds', '3'];
    const alone = await lethe([...train, '--name', 'alone']);
    expect(alone.output).toMatch(/report +.*report\.html/);
    expect(alone.output).toMatch(/(Forgotten|Not forgotten): /);
    expect(alone.code).toBe(0);
    const { probes, swap, reconstruction, classes } = evaluation('alone');
    expect(probes.map(({ probe, input, labels, seeds }) => `${probe} ${input} ${labels} ${seeds.length}`)).toEqual([
      'linear latent true 3', 'mlp latent true 3', 'neighbours latent true 3',
      'linear latent shuffled 1', 'mlp latent shuffled 1', 'neighbours latent shuffled 1', 'linear pixels true 1', 'mlp pixels true 1', 'neighbours pixels true 1',
    ]);
    expect(swap.matrix.map((row) => row.length)).toEqual([4, 4, 4, 4]);
    expect(reconstruction.mean).toBeCloseTo(reconstruction.per_class.reduce((sum, error) => sum + error / classes.length, 0), 5);
    expect(existsSync(join(runs, 'alone', 'report.html'))).toBe(true);
    expect((await lethe([...train, '--name', 'together', '--workers', '2'])).code).toBe(0);
    expect(evaluation('together')).toEqual(evaluation('alone'));
    const before = evaluation('alone');
    const again = await lethe(['evaluate', 'alone', '--runs-dir', runs, '--workers', '2', '--seeds', '1,2,3']);
    expect(again.output).toContain('report.html');
    expect(evaluation('alone')).toEqual(before);
  }, 180_000);
});
