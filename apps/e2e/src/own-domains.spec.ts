import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdaptationEvaluation } from '@lethe/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAdaptationData } from './adaptation-data.js';
import { lethe } from './lethe-process.js';
import { isThorough } from './thorough.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-domains-'));
const data = join(folder, 'data');
const runs = join(folder, 'runs');
beforeAll(async () => { await makeAdaptationData(data); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function read(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(runs, ...path), 'utf8'));
}

describe('data of one\'s own', () => {
  it('gives the same bits from any number of workers, and resumes', async () => {
    const own = ['--recipe', 'own-images', '--data-dir', join(data, 'own'), '--target', 'night', '--training', 'adaptation'];
    const size = ['--image-size', '8', '--batch-size', '32', '--shards', '4', '--rounds', '60', '--runs-dir', runs];
    const weights = (name: string): string => (read(name, 'summary.json') as { weights_sha256: string }).weights_sha256;
    expect((await lethe(['train', ...own, ...size, '--name', 'alone'])).code).toBe(0);
    // Begun by four workers, ended by two.
    let isAsked = false;
    const stopped = await lethe(['train', ...own, ...size, '--no-evaluation', '--workers', '4', '--name', 'shared'], (text, signal) => {
      if (isAsked || !text.includes('examples/s')) return;
      isAsked = true;
      signal('SIGINT');
    });
    expect(stopped.code).toBe(130);
    const { rounds } = read('shared', 'summary.json') as { rounds: number };
    expect(rounds).toBeLessThan(60);
    expect((await lethe(['train', '--resume', 'shared', '--workers', '2', '--runs-dir', runs])).code).toBe(0);
    expect(weights('shared')).toBe(weights('alone'));
    const { domains } = read('alone', 'evaluation.json') as AdaptationEvaluation;
    expect(domains.map(({ name, labelled, accuracy }) => [name, labelled, accuracy === null])).toEqual([
      ['day', 4, false], ['night', 0, true],
    ]);
  }, 240_000);

  it('may be the rows of a table, some of them without a label', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => {
      const isLow = row % 2 === 0;
      const label = row % 3 === 2 && row < 30 ? '' : isLow ? 'low' : 'high';
      const size = isLow ? 1 + (row % 5) / 9 : 2 + (row % 7) / 9;
      return [['north', 'south', 'east'][row % 3], label, size, row % 4 === 0 ? '' : ['red', 'blue'][row % 2]].join(',');
    });
    // Labels that no source has; how many of them are drawn for testing is the seed's to say.
    for (let row = 0; row < 8; row += 1) rows.push(`east,middle,${1.5 + row / 99},red`);
    mkdirSync(join(data, 'table'));
    writeFileSync(join(data, 'table', 'table.csv'), ['domain,label,size,colour', ...rows].join('\n'));
    const own = ['--recipe', 'own-table', '--data-dir', join(data, 'table'), '--target', 'east', '--training', 'adaptation'];
    const ended = await lethe(['train', ...own, '--rounds', '60', '--batch-size', '24', '--runs-dir', runs, '--name', 'table']);
    expect(ended.code).toBe(0);
    const { domains, classes } = read('table', 'evaluation.json') as AdaptationEvaluation;
    expect([classes, domains.map(({ name }) => name)]).toEqual([['high', 'low'], ['north', 'south', 'east']]);
    // Size tells everywhere.
    expect(domains[2]?.labelled).toBeGreaterThan(0);
    expect(domains[2]?.labelled).toBeLessThan(domains[2]?.examples ?? 0);
    expect(domains[2]?.accuracy).toBeGreaterThan(0.9);
    const [others] = domains[2]?.other_labels ?? [];
    expect(others?.name).toBe('middle');
    expect(ended.output).toContain(`${others?.count} test examples of east with labels that no source has (middle ${others?.count})`);
    expect(readFileSync(join(runs, 'table', 'report.html'), 'utf8')).toContain('of east with labels that no source has');
  }, 60_000);

  const isRead = async (kind: string): Promise<void> => {
    const config = join(folder, `${kind}.json`);
    writeFileSync(config, JSON.stringify({ objective: { features: { kind } } }));
    const own = ['--recipe', 'own-images', '--config', config, '--data-dir', join(data, 'own'), '--target', 'night'];
    const size = ['--training', 'adaptation', '--image-size', '32', '--batch-size', '8', '--rounds', '2'];
    const ended = await lethe(['train', ...own, ...size, '--no-evaluation', '--runs-dir', runs, '--name', kind]);
    expect(ended.output).toContain('completed');
    expect(ended.code).toBe(0);
  };
  it('can be read by the network paper-mnist', () => isRead('paper-mnist'), 120_000);
  it.runIf(isThorough)('can be read by the network paper-svhn', () => isRead('paper-svhn'), 120_000);

  it('tells what the folder holds', async () => {
    const ended = await lethe(['data', data, '--out', join(folder, 'sheets')]);
    expect(ended.output).toContain('own: images listed in labels.csv');
    expect(ended.output).toMatch(/ {4}day +\d+ to train +\d+ to test +cat 50\.0 %, dog 50\.0 %\n {4}night .* no labels\n/);
    expect(ended.output).toContain('label with 2 values, 24 missing: cat 50.0 %, dog 50.0 %');
    for (const name of ['own', 'svhn', 'mnist_m', 'usps', 'bsds500']) {
      expect(existsSync(join(folder, 'sheets', `${name}.png`)), name).toBe(true);
    }
    expect(ended.code).toBe(0);
    writeFileSync(join(data, 'svhn', 'train_32x32.mat'), 'x');
    expect((await lethe(['data', join(data, 'svhn'), '--out', join(folder, 'sheets')])).code).toBe(2);
    rmSync(join(data, 'svhn', 'train_32x32.mat'));
    expect((await lethe(['data', join(folder, 'sheets', 'nothing')])).output).toContain('expected a data folder, found nothing there');
  }, 60_000);
});
