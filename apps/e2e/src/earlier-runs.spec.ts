import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeConfig, savedConfigJson } from '@lethe/config';
import { afterAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';
import { isThorough } from './thorough.js';

/**
 * A sweep of each earlier version, as it lay on the disk: `trials/001` was complete, `trials/002` interrupted. Its data, which lay
 * elsewhere then, are beside it, and in `expected.json` what the trials ended with when the version that began them went on with them.
 * Each was made by
 *
 *     lethe sweep --recipe own-table --training adaptation --target south --data-dir DATA --rounds 150 --checkpoint-every-rounds 20 \
 *       --held-out 4 --no-evaluation --batch-size 16 --workers 1 --seed 1,2
 */
const FIXTURES = fileURLToPath(new URL('earlier-runs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lethe-earlier-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Expected { readonly engine: string; readonly weights_sha256: Readonly<Record<string, string>> }

function read(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

function copyOf(version: string, name: string): string {
  const place = join(folder, name);
  cpSync(join(FIXTURES, version), place, { recursive: true });
  return place;
}

describe('the folders of earlier versions', () => {
  it('are all there', () => {
    const { version } = JSON.parse(savedConfigJson(mergeConfig({ cores: 1, gpus: 0, engine: 'native' }, []).config)) as { version: number };
    expect(readdirSync(FIXTURES)).toEqual(
      expect.arrayContaining(Array.from({ length: version - 1 }, (_, before) => `version-${before + 1}`)),
    );
  });
});

describe('a run that does not say what it was computed with', () => {
  it('is not gone on with where its bits are insisted on', async () => {
    const place = copyOf('version-1', 'strict');
    const trials = join(place, 'sweep', 'trials');
    const left = (): unknown[] => [
      read(trials, '002', 'config.json'),
      read(trials, '002', 'summary.json'),
      readdirSync(join(trials, '002', 'checkpoints')),
    ];
    const before = left();
    const ended = await lethe([
      'train', '--resume', join(trials, '002'), '--data-dir', join(place, 'data'), '--rounds', '160', '--strict-bits',
    ]);
    expect([ended.code, ended.output]).toEqual([
      1,
      expect.stringMatching(
        /error: 002 does not say what it was computed with; these workers compute with "native .+"; --strict-bits asks for/,
      ),
    ]);
    expect(left()).toEqual(before);
  }, 30_000);
});

const VERSIONS = readdirSync(FIXTURES).filter((name) => name.startsWith('version-')).sort();
describe.each(VERSIONS)('a sweep of %s', (version) => {
  // What changed between the oldest and the last one is read of both.
  const test = it.runIf(isThorough || [VERSIONS[0], VERSIONS.at(-1)].includes(version));
  test('goes on with its data elsewhere, to the weights that it would have ended with then', async () => {
    const place = copyOf(version, version);
    const ended = await lethe(['sweep', '--resume', join(place, 'sweep'), '--data-dir', join(place, 'data')]);
    expect([ended.code, ended.output]).toEqual([0, expect.stringMatching(/002 +completed/)]);
    const expected = read(FIXTURES, version, 'expected.json') as Expected;
    const { engines } = read(place, 'sweep', 'trials', '002', 'summary.json') as { engines: string[] };
    const isOfThisKind = engines.at(-1)?.replace(/ node=\S+$/, '') === expected.engine;
    for (const [trial, weights] of Object.entries(expected.weights_sha256)) {
      const summary = read(place, 'sweep', 'trials', trial, 'summary.json') as { ending: string; rounds: number; weights_sha256: string };
      expect(summary).toMatchObject({ ending: 'completed', rounds: 150, ...(isOfThisKind ? { weights_sha256: weights } : {}) });
      const lines = readFileSync(join(place, 'sweep', 'trials', trial, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { kind: string; round: number });
      expect(lines.filter(({ kind }) => kind === 'round').map(({ round }) => round)).toEqual(
        Array.from({ length: 150 }, (_, round) => round + 1),
      );
    }
  }, 60_000);
});
