import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeConfig, savedConfigJson } from '@lethe/config';
import { afterAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';

/**
 * A sweep of each earlier version, as it lay on the disk: `trials/001` was complete, `trials/002` interrupted. Its data are beside it, and in
 * `expected.json` what the trials ended with when the version that began them went on with them.
 */
const FIXTURES = fileURLToPath(new URL('earlier-runs', import.meta.url));
/** Where the data lay then. */
const DATA_THEN = '/tmp/patients';

const folder = mkdtempSync(join(tmpdir(), 'lethe-earlier-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Expected { readonly engine: string; readonly weights_sha256: Readonly<Record<string, string>> }

function read(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** As if the data had lain where they are now. */
function moveData(sweep: string, data: string): void {
  for (const file of readdirSync(sweep, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))) {
    const path = join(sweep, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(DATA_THEN, data));
  }
}

describe('the folders of earlier versions', () => {
  it('are all there', () => {
    const { version } = JSON.parse(savedConfigJson(mergeConfig({ cores: 1, gpus: 0, engine: 'native' }, []).config)) as { version: number };
    expect(readdirSync(FIXTURES)).toEqual(expect.arrayContaining(Array.from({ length: version - 1 }, (_, before) => `version-${before + 1}`)));
  });
});

/** A copy of a version's folder whose data lie where the copy says. */
function copyOf(version: string, name: string): string {
  const place = join(folder, name);
  cpSync(join(FIXTURES, version), place, { recursive: true });
  moveData(join(place, 'sweep'), join(place, 'data'));
  return place;
}

describe('a run that does not say what it was computed with', () => {
  it('is not gone on with where its bits are insisted on', async () => {
    const trials = join(copyOf('version-1', 'strict'), 'sweep', 'trials');
    const left = (): unknown[] => [read(trials, '002', 'config.json'), read(trials, '002', 'summary.json'), readdirSync(join(trials, '002', 'checkpoints'))];
    const before = left();
    const ended = await lethe(['train', '--resume', join(trials, '002'), '--rounds', '160', '--strict-bits']);
    expect([ended.code, ended.output]).toEqual([1, expect.stringMatching(/error: 002 does not say what it was computed with; these workers compute with "native .+"; --strict-bits asks for/)]);
    expect(left()).toEqual(before);
  }, 30_000);
});

describe.each(readdirSync(FIXTURES))('a sweep of %s', (version) => {
  it('goes on, to the weights that it would have ended with then', async () => {
    const place = copyOf(version, version);
    const ended = await lethe(['sweep', '--resume', join(place, 'sweep')]);
    expect([ended.code, ended.output]).toEqual([0, expect.stringMatching(/002 +completed/)]);
    const expected = read(FIXTURES, version, 'expected.json') as Expected;
    const { engines } = read(place, 'sweep', 'trials', '002', 'summary.json') as { engines: string[] };
    const isOfThisKind = engines.at(-1)?.replace(/ node=\S+$/, '') === expected.engine;
    for (const [trial, weights] of Object.entries(expected.weights_sha256)) {
      const summary = read(place, 'sweep', 'trials', trial, 'summary.json') as { ending: string; rounds: number; weights_sha256: string };
      expect(summary).toMatchObject({ ending: 'completed', rounds: 150, ...(isOfThisKind ? { weights_sha256: weights } : {}) });
      const lines = readFileSync(join(place, 'sweep', 'trials', trial, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { kind: string; round: number });
      expect(lines.filter(({ kind }) => kind === 'round').map(({ round }) => round)).toEqual(Array.from({ length: 150 }, (_, round) => round + 1));
    }
  }, 60_000);
});
