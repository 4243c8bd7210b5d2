import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LetheError, train as start } from '@lethe/lethe';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, type Ended } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-init-from-'));
const runs = join(folder, 'runs');
const SMALL = ['--recipe', 'quick', '--batch-size', '16', '--held-out', '8', '--no-evaluation', '--no-grid'];

function train(name: string, ...flags: readonly string[]): Promise<Ended> {
  return lethe(['train', ...SMALL, '--data-dir', join(folder, 'data'), '--runs-dir', runs, '--name', name, ...flags]);
}

function weightsOf(run: string): string {
  return (JSON.parse(readFileSync(join(runs, run, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;
}

beforeAll(async () => {
  makeSmallData(join(folder, 'data'));
  const { code, output } = await train('first', '--rounds', '6');
  expect(code, output).toBe(0);
}, 60_000);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('a run that starts from the weights of another one', () => {
  it('has the same bits however many workers compute it, says what matched, and goes on when that run is gone', async () => {
    cpSync(join(runs, 'first'), join(runs, 'gone'), { recursive: true });
    const one = await train('one', '--init-from', 'gone', '--rounds', '3', '--seed', '7');
    expect(one.output).toMatch(/^starting from .*runs\/gone after round 6: (\d+) of \1 tensors have their weights from there$/m);
    expect(one.output).not.toContain('left as the seed draws them');
    rmSync(join(runs, 'gone'), { recursive: true });
    const resumed = await lethe(['train', '--resume', 'one', '--rounds', '5', '--runs-dir', runs]);
    expect([resumed.code, resumed.output]).toEqual([0, expect.stringMatching(/completed +5 rounds/)]);
    const two = await train('two', '--init-from', join(runs, 'first'), '--rounds', '5', '--seed', '7', '--workers', '2');
    expect(two.code, two.output).toBe(0);
    expect(weightsOf('two')).toBe(weightsOf('one'));
    const config = JSON.parse(readFileSync(join(runs, 'two', 'config.json'), 'utf8')) as { initialWeights: string };
    expect(config.initialWeights).toBe(join(runs, 'first'));
  }, 120_000);

  it('begins with those that fit, and names the others with both shapes', async () => {
    const { code, output } = await train('narrow', '--init-from', 'first', '--rounds', '1', '--latent-size', '4');
    expect(code, output).toBe(0);
    expect(output).toMatch(/^of another shape there, and left as the seed draws them: .*encoder\.linear2\.bias \(\[4\], there \[10\]\)/m);
  }, 60_000);

  it.each<[string, (source: string) => void, RegExp]>([
    ['of which no checkpoint is left', (source) => { rmSync(join(source, 'checkpoints'), { recursive: true }); },
      /checkpoints: expected a checkpoint that can be read, found none/],
    ['whose checkpoints have changed', (source) => {
      for (const name of readdirSync(join(source, 'checkpoints'))) {
        const file = join(source, 'checkpoints', name);
        const bytes = readFileSync(file);
        bytes[bytes.length - 9] = 255 - (bytes[bytes.length - 9] ?? 0);
        writeFileSync(file, bytes);
      }
    }, /passed over: .*its content has changed: expected SHA-256 [^]*found only damaged ones/],
    ['that a newer version wrote', (source) => {
      const file = join(source, 'config.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": \d+/, '"version": 99'));
    }, /expected version \d+ or an earlier one, found version 99, which a newer Lethe wrote/],
    ['that is none', (source) => { rmSync(source, { recursive: true }); },
      /initFrom: expected a run \(a folder with config\.json\) or what lethe export wrote .* found none at /],
  ])('is refused, and leaves no folder, by one %s', async (_, spoil, message) => {
    const source = join(folder, 'spoilt');
    cpSync(join(runs, 'first'), source, { recursive: true });
    spoil(source);
    const said: string[] = [];
    const settings = { recipe: 'quick', dataDir: join(folder, 'data'), batchSize: 16, heldOut: 8, rounds: 1, initFrom: source } as const;
    const refused = start(settings, { runsDir: runs, name: 'refused', onNotice: (line) => { said.push(line); } });
    const failure: unknown = await refused.done.catch((error: unknown) => error);
    rmSync(source, { recursive: true, force: true });
    expect(failure).toBeInstanceOf(LetheError);
    expect([...said, String(failure)].join('\n')).toMatch(message);
    expect(() => readFileSync(join(runs, 'refused', 'config.json'))).toThrow('ENOENT');
  }, 30_000);
});
