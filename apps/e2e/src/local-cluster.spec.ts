import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usableCores } from '@lethe/config';
import { afterAll, describe, expect, it } from 'vitest';
import { lethe, letheProcesses, type Ended } from './lethe-process.js';

const runs = mkdtempSync(join(tmpdir(), 'lethe-runs-'));
afterAll(() => { rmSync(runs, { recursive: true, force: true }); });

/**
 * Small enough for a test: two rounds of 64 images on 4 shards. At a constant rate, so that a run that gets longer has the bits of one that
 * was as long from the beginning.
 */
const SMALL = ['--recipe', 'quick', '--batch-size', '64', '--held-out', '500', '--runs-dir', runs];

async function train(name: string, ...flags: string[]): Promise<Ended> {
  return lethe(['train', ...SMALL, '--rounds', '3', '--no-grid', '--no-evaluation', '--name', name, ...flags]);
}

function summary(name: string): { weights_sha256: string; rounds: number; ending: string; wire: Record<string, number> } {
  return JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as ReturnType<typeof summary>;
}

describe('a localhost cluster', () => {
  it('gets the same bits from any number of workers and servers', async () => {
    const first = await train('w1');
    expect(first.output).toMatch(/run folder +.*w1/);
    expect(first.code).toBe(0);
    const reference = summary('w1').weights_sha256;
    for (const [name, ...flags] of [['w2', '--workers', '2'], ['w4-s2', '--workers', '4', '--servers', '2']] as const) {
      expect((await train(name, ...flags)).code).toBe(0);
      expect(summary(name).weights_sha256, name).toBe(reference);
    }
  }, 240_000);

  it('resumes with the same bits, on another number of workers and servers', async () => {
    const begun = await lethe(['train', ...SMALL, '--rounds', '2', '--no-grid', '--no-evaluation', '--workers', '3', '--name', 'resumed']);
    expect(begun.code).toBe(0);
    const resume = ['train', '--resume', 'resumed', '--rounds', '3', '--runs-dir', runs];
    const crowd = await lethe([...resume, '--workers', String(4 * usableCores() + 1)]);
    expect([crowd.code, crowd.output]).toEqual([2, expect.stringMatching(/--workers: expected at most \d+ workers here/)]);
    expect((await lethe([...resume, '--workers', '2', '--servers', '2'])).code).toBe(0);
    expect(summary('resumed').weights_sha256).toBe(summary('w1').weights_sha256);
    const lines = readFileSync(join(runs, 'resumed', 'metrics.jsonl'), 'utf8').trim().split('\n');
    const rounds = lines.map((line) => JSON.parse(line) as { kind: string; round: number });
    expect(rounds.filter(({ kind }) => kind === 'round').map(({ round }) => round)).toEqual([1, 2, 3]);
  }, 120_000);

  it('saves a checkpoint on SIGINT and ends everything within 5 seconds', async () => {
    let asked = 0;
    const ended = await lethe(['train', ...SMALL, '--epochs', '2', '--no-grid', '--no-evaluation', '--name', 'stopped'], (text, signal) => {
      if (asked > 0 || !text.includes('examples/s')) return;
      asked = performance.now();
      signal('SIGINT');
    });
    expect(asked).toBeGreaterThan(0);
    expect(ended.code).toBe(130);
    expect(summary('stopped')).toMatchObject({ ending: 'interrupted' });
    expect(readdirSync(join(runs, 'stopped', 'checkpoints'))).toHaveLength(1);
    expect(letheProcesses()).toEqual([]);
  }, 60_000);

  it('refuses a run that exists, and leaves it as it was', async () => {
    const before = readFileSync(join(runs, 'w1', 'summary.json'), 'utf8');
    const again = await train('w1');
    expect(again.code).toBe(2);
    expect(again.output).toContain('expected no run of that name, found one');
    expect(readFileSync(join(runs, 'w1', 'summary.json'), 'utf8')).toBe(before);
  }, 30_000);

  it('refuses a checkpoint with one flipped bit', async () => {
    const folder = join(runs, 'resumed', 'checkpoints');
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
      writeFileSync(join(folder, name), bytes);
    }
    const ended = await lethe(['train', '--resume', 'resumed', '--rounds', '4', '--runs-dir', runs]);
    expect(ended.code).toBe(1);
    expect(ended.output).toMatch(/its content has changed[^]*found only damaged ones/);
  }, 30_000);
});
