import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trial } from '@lethe/lethe';
import type { SeedStatistic } from '@lethe/lethe/parts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lethe, letheProcesses } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-sweep-'));
const runs = join(folder, 'runs');
const data = join(folder, 'data');
beforeAll(() => { makeSmallData(data); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SMALL = [
  '--recipe', 'quick', '--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8', '--no-grid', '--no-evaluation',
];
const trials = (name: string): Trial[] => (JSON.parse(readFileSync(join(runs, name, 'sweep.json'), 'utf8')) as { trials: Trial[] }).trials;
function epochs(name: string, trial: string): number {
  const lines = readFileSync(join(runs, name, 'trials', trial, 'metrics.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line.includes('"kind":"epoch"')).length;
}
const states = (name: string): string[] => trials(name).map(({ state }) => state);

describe('a sweep', () => {
  it('plays every combination once, side by side, and names the best by a command line that repeats it', async () => {
    // The third beta is the first in other words: one configuration is one trial.
    const values = ['--beta', '0.01,0.5,1e-2', '--set', 'seed=1,2', '--trials-at-once', '2', '--best', 'reconstruction_mse'];
    const ended = await lethe(['sweep', ...SMALL, '--epochs', '2', ...values, '--name', 'grid']);
    expect(ended.output).toContain('4 trials, 2 at once');
    expect(ended.code).toBe(0);
    expect(states('grid')).toEqual(['completed', 'completed', 'completed', 'completed']);
    const played = trials('grid').map((trial) => [trial.values['objective.beta'], trial.values['seed']]);
    expect(played).toEqual([[0.01, 1], [0.01, 2], [0.5, 1], [0.5, 2]]);
    expect(trials('grid').map(({ figures }) => figures['epochs'])).toEqual([2, 2, 2, 2]);
    const csv = readFileSync(join(runs, 'grid', 'sweep.csv'), 'utf8');
    expect(csv.split('\n')).toHaveLength(6);
    expect(readdirSync(join(runs, 'grid')).sort()).toEqual(['configs', 'pareto.svg', 'report.html', 'sweep.csv', 'sweep.json', 'trials']);

    const [, name = '', config = ''] = /best: (\d+) .*npx lethe train --config (\S+)/.exec(ended.output) ?? [];
    const repeated = await lethe(['train', '--config', config, '--runs-dir', runs, '--name', 'again']);
    const hash = (summary: string): string => (JSON.parse(readFileSync(summary, 'utf8')) as { weights_sha256: string }).weights_sha256;
    expect(repeated.code).toBe(0);
    expect(hash(join(runs, 'again', 'summary.json'))).toBe(hash(join(runs, 'grid', 'trials', name, 'summary.json')));

    const opened = (): number => statSync(join(runs, 'grid', 'trials', '001', 'metrics.jsonl')).mtimeMs;
    const before = opened();
    expect((await lethe(['sweep', '--resume', 'grid', '--runs-dir', runs])).code).toBe(0);
    expect(opened()).toBe(before);
  }, 180_000);

  const outlived = 'waits for one that outlived it, and loses none whose data were away';
  it(`ends its trials with a checkpoint when its terminal is closed, ${outlived}`, async () => {
    const resume = ['sweep', '--resume', 'stopped', '--runs-dir', runs, '--trials-at-once', '1'];
    let isClosed = false;
    const values = ['--epochs', '80', '--seed', '1,2', '--trials-at-once', '2', '--best', 'reconstruction_mse'];
    const ended = await lethe(['sweep', ...SMALL, ...values, '--name', 'stopped'], (text, signal) => {
      const isBoth = ['001', '002'].every((name) => text.includes(`${name}  epoch`));
      if (isBoth && !isClosed) signal('SIGHUP');
      isClosed ||= isBoth;
    });
    expect(ended.code).toBe(130);
    expect(letheProcesses()).toEqual([]);
    expect(trials('stopped').map(({ state, attempts }) => [state, attempts])).toEqual([['waiting', 0], ['waiting', 0]]);

    // The sweep is killed, its trial is not: it stands still until the next one has come upon it.
    const trial = join(runs, 'stopped', 'trials', '001');
    const before = epochs('stopped', '001');
    let kill: (() => void) | null = null;
    const killed = lethe(resume, (_, signal) => { kill = () => { signal('SIGKILL'); }; });
    await vi.waitFor(() => {
      expect([epochs('stopped', '001') > before, kill !== null]).toEqual([true, true]);
    }, { timeout: 60_000, interval: 20 });
    const { processId } = JSON.parse(readFileSync(join(trial, 'lock'), 'utf8')) as { processId: number };
    process.kill(processId, 'SIGSTOP');
    (kill as (() => void) | null)?.();
    await killed;
    renameSync(data, `${data}-away`);
    let isMet = false;
    const without = await lethe(resume, (text) => {
      if (text.includes('still played') && !isMet) process.kill(processId, 'SIGCONT');
      isMet ||= text.includes('still played');
    });
    renameSync(`${data}-away`, data);
    expect(without.output).toContain(`001  is still played by process ${processId}: waiting for its end`);
    expect(without.output).toContain('expected a data folder, found nothing there');
    expect(without.code).toBe(1);
    expect(states('stopped')).toEqual(['completed', 'failed']);
    const kept = readdirSync(join(runs, 'stopped', 'trials', '002', 'checkpoints'));
    expect(kept.length).toBeGreaterThan(0);

    expect((await lethe(resume)).code).toBe(0);
    expect(states('stopped')).toEqual(['completed', 'completed']);
    expect([epochs('stopped', '001'), epochs('stopped', '002')]).toEqual([80, 80]);
  }, 180_000);

  it('of seeds alone is plain train\'s: a run from each, their means and deviations, gone on with like one', async () => {
    const ended = await lethe(['train', ...SMALL, '--rounds', '4', '--seeds', '7,5', '--name', 'seeds']);
    expect(ended.output).toContain('2 runs');
    expect(ended.output).toMatch(/figure +mean +deviation +95 % +seed 7 +seed 5\nreconstruction_mse +\S+ +±\S+ +\S+ +\S+\n/);
    expect(ended.code).toBe(0);
    const { figures } = JSON.parse(readFileSync(join(runs, 'seeds', 'seeds.json'), 'utf8')) as { figures: SeedStatistic[] };
    const summary = readFileSync(join(runs, 'seeds', 'trials', '002', 'summary.json'), 'utf8');
    const { test } = JSON.parse(summary) as { test: Record<string, number> };
    expect(figures.find(({ figure }) => figure === 'reconstruction_mse')).toMatchObject({
      seeds: [7, 5], values: [expect.any(Number), test['reconstruction_mse']],
    });
    const again = await lethe(['train', '--resume', 'seeds', '--runs-dir', runs, '--unpacked-gib', '3']);
    expect(again.output).toMatch(/each run has a folder of its own, like \S+\/runs\/seeds\/trials\/001\n/);
    expect(again.code).toBe(0);
  }, 120_000);

  it('stops what halving does not let go on, and records what diverges, from a list of trials', async () => {
    const list = join(folder, 'list.json');
    const settings = (learningRate: number, beta = 0.05): object => ({ objective: { beta, optimizers: { '*': { learningRate } } } });
    writeFileSync(list, JSON.stringify([settings(1e-3), settings(1e-9), settings(1e30, 1e38)]));
    const halving = ['--halving', 'held_out/reconstruction_mse', '--first-rung', '4', '--best', 'reconstruction_mse'];
    const ended = await lethe(['sweep', ...SMALL, '--epochs', '60', '--list', list, ...halving, '--name', 'halved']);
    expect(states('halved')).toEqual(['completed', 'stopped', 'diverged']);
    expect(trials('halved')[2]?.message).toContain('not finite');
    expect(trials('halved')[1]?.figures['epochs']).toBeLessThan(60);
    expect(ended.code).toBe(0);
  }, 180_000);

  it.each([
    [['--beta', '0.1..1'], 'objective.beta: expected values with commas, or a range together with --random, found 0.1..1'],
    [['--beta', '0.1,x'], '--beta: expected a number, found "x"'],
    [['--set', 'nothing'], '--set: expected a setting and its values'],
    [['--set', 'objective.betta=1'], 'did you mean objective.beta?'],
    [['--halving', 'nosuch'], '--halving: expected a figure that every trial has (held_out/reconstruction_mse,'],
    [['--list', '/none.json'], '--list: expected a file that can be read, found none at /none.json'],
  ])('refuses %j before anything starts', async (flags, message) => {
    const ended = await lethe(['sweep', '--runs-dir', runs, '--name', 'refused', ...flags]);
    expect(ended.output).toContain(message);
    expect(ended.code).toBe(2);
    expect(readdirSync(runs)).not.toContain('refused');
  }, 30_000);

  it('is refused while another process plays it, and where its state is not as a sweep wrote it', async () => {
    const folder = join(runs, 'grid');
    const { pid } = process;
    writeFileSync(join(folder, 'lock'), JSON.stringify({ host: hostname(), processId: pid, started: null }));
    const locked = await lethe(['sweep', '--runs-dir', runs, '--resume', 'grid']);
    expect(locked.output).toContain(`grid is in use by process ${pid}`);
    expect(locked.code).toBe(1);
    rmSync(join(folder, 'lock'));

    const state = join(folder, 'sweep.json');
    const text = readFileSync(state, 'utf8');
    for (const [broken, found] of [
      [text.slice(0, -20), 'no JSON'],
      [text.replace('"completed"', '"complete"'), 'at trials.0.state'],
    ] as const) {
      writeFileSync(state, broken);
      const refused = await lethe(['sweep', '--runs-dir', runs, '--resume', 'grid']);
      expect(refused.output).toContain('sweep.json: expected what a sweep wrote there, found ' + found);
      expect(refused.code).toBe(2);
    }
    writeFileSync(state, text);
  }, 60_000);

  it('goes on only with a sweep, and with nothing changed', async () => {
    const missing = await lethe(['sweep', '--runs-dir', runs, '--resume', 'none-such']);
    expect(missing.output).toContain('--resume: expected the folder of a sweep');
    expect(missing.code).toBe(2);
    const trial = join('grid', 'trials', '001');
    for (const [argv, message] of [
      [['sweep', '--resume', trial], `found a run at ${join(runs, trial)}; go on with it by: npx lethe train --resume ${trial}`],
      [['train', '--resume', 'grid'], `found a sweep at ${join(runs, 'grid')}; go on with it by: npx lethe sweep --resume grid`],
      [['evaluate', 'grid'], `grid: expected one run, found several, of which each has a folder of its own, like ${trial}`],
    ] as const) {
      const report = readFileSync(join(runs, 'grid', 'report.html'));
      const refused = await lethe([...argv, '--runs-dir', runs]);
      expect(refused.output).toContain(message);
      expect(refused.code).toBe(2);
      expect(readFileSync(join(runs, 'grid', 'report.html')).equals(report)).toBe(true);
    }
    const changed = await lethe(['sweep', '--runs-dir', runs, '--resume', 'grid', '--beta', '1']);
    expect(changed.output).toContain('--resume: expected no settings and no name');
    expect(changed.code).toBe(2);
  }, 30_000);
});
