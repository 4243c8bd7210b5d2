import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForgettingEvaluation } from '@lethe/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-forgetting-'));
const runs = join(folder, 'runs');
const data = join(folder, 'data');
beforeAll(() => { makeSmallData(data); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Everything that influences later rounds and is not in the article's game. */
const EVERYTHING = [
  '--recipe', 'forget', '--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8',
  '--adversaries', '2', '--adversary-fresh-every', '2', '--adversary-width', '16', '--adversary-spectral-norm', '--averaging', '0.9',
  '--beta-ramp-rounds', '4', '--classifier-turns', '2', '--bottleneck', 'variational', '--adversary-reads', 'sample',
];

interface Summary { readonly rounds: number; readonly weights_sha256: string }

const summary = (name: string): Summary => JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as Summary;

/** TensorBoard's event files of a run that have the figure of a probe. */
function measuredInEvents(name: string): number {
  const files = readdirSync(join(runs, name)).filter((file) => file.startsWith('events.out.tfevents.'));
  return files.filter((file) => readFileSync(join(runs, name, file)).includes('measured/probe_mlp')).length;
}

function evaluation(name: string): ForgettingEvaluation {
  return JSON.parse(readFileSync(join(runs, name, 'evaluation.json'), 'utf8')) as ForgettingEvaluation;
}

describe('forgetting', () => {
  it('has the same bits with any cluster, and after a resume, with every feature on', async () => {
    const flags = [...EVERYTHING, '--rounds', '40', '--no-grid', '--no-evaluation'];
    const whole = lethe(['train', ...flags, '--name', 'whole']);
    let isAsked = false;
    const broken = await lethe(['train', ...flags, '--workers', '3', '--servers', '2', '--name', 'shared'], (text, signal) => {
      if (isAsked || !text.includes('examples/s')) return;
      isAsked = true;
      signal('SIGINT');
    });
    const { rounds } = summary('shared');
    const shared = await lethe(['train', '--resume', 'shared', '--runs-dir', runs, '--workers', '2']);
    expect([broken.code, shared.code, (await whole).code]).toEqual([130, 0, 0]);
    expect(rounds).toBeLessThan(40);
    expect(summary('shared').weights_sha256).toBe(summary('whole').weights_sha256);
  }, 180_000);

  it('by wrong-label, as the reference of Fader Networks plays it, is lengthened to the bits of the longer run', async () => {
    // The rates fall over the length of a run, so that a run which is made longer is another one: at a constant rate it is not.
    const constant = [
      ...EVERYTHING, '--hiding', 'wrong-label', '--batch-per', 'step', '--frozen-mode', 'evaluation', '--adversary-reads', 'mean',
      '--adversary-standardise', '--clip-norm', '0.5', '--schedule', 'constant', '--no-grid', '--no-evaluation',
    ];
    const [unbroken, short] = await Promise.all(['7', '3'].map((rounds) => (
      lethe(['train', ...constant, '--rounds', rounds, '--name', `of-${rounds}`])
    )));
    expect([unbroken?.code, short?.code], short?.output).toEqual([0, 0]);
    const lengthened = await lethe(['train', '--resume', 'of-3', '--runs-dir', runs, '--rounds', '7', '--workers', '2', '--servers', '2']);
    expect(lengthened.code).toBe(0);
    expect(summary('of-3')).toMatchObject({ rounds: 7, weights_sha256: summary('of-7').weights_sha256 });
  }, 180_000);

  it('by gradient-reversal is measured at the end, and again by lethe evaluate with other workers, to the same figures', async () => {
    const size = ['--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8', '--rounds', '3'];
    const game = ['--recipe', 'forget', '--classifier-turns', '1', '--hiding', 'gradient-reversal', '--bottleneck', 'gaussian'];
    const ended = await lethe(['train', ...game, ...size, '--name', 'measured', '--workers', '2']);
    expect(ended.output).toMatch(/report +.*report\.html/);
    expect(ended.output).toMatch(/(Forgotten|Not forgotten|No verdict on forgetting): /);
    expect(ended.code).toBe(0);
    const before = evaluation('measured');
    const { probes, swap, reconstruction, classes } = before;
    expect(probes.map(({ probe, input, labels, seeds }) => `${probe} ${input} ${labels} ${seeds.length}`)).toEqual([
      'linear latent true 3', 'mlp latent true 3', 'neighbours latent true 3',
      'linear latent shuffled 1', 'mlp latent shuffled 1', 'neighbours latent shuffled 1',
      'linear pixels true 1', 'mlp pixels true 1', 'neighbours pixels true 1',
    ]);
    expect(swap.matrix.map((row) => row.length)).toEqual([4, 4, 4, 4]);
    expect(reconstruction.mean).toBeCloseTo(reconstruction.per_class.reduce((sum, error) => sum + error / classes.length, 0), 5);
    expect(existsSync(join(runs, 'measured', 'report.html'))).toBe(true);
    expect(measuredInEvents('measured')).toBe(1);
    rmSync(join(runs, 'measured', 'evaluation.json'));
    const again = await lethe(['evaluate', 'measured', '--runs-dir', runs, '--workers', '1', '--seeds', '1,2,3']);
    expect(again.output).toContain('report.html');
    expect(evaluation('measured')).toEqual(before);
    expect(measuredInEvents('measured')).toBe(2);
  }, 180_000);
});
