import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-own-data-'));
const runs = join(folder, 'runs');
const images = join(folder, 'images');
const idx = join(folder, 'idx');
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Squares, dark to bright, of three kinds. */
async function makeImages(): Promise<void> {
  mkdirSync(images);
  const rows: string[] = [];
  for (let index = 0; index < 60; index += 1) {
    const level = 40 + 3 * index;
    const file = `${String(index).padStart(3, '0')}.png`;
    const create = { width: 20, height: 20, channels: 3, background: { r: level, g: level, b: level } } as const;
    await sharp({ create }).png().toFile(join(images, file));
    rows.push(`${file},${['cat', 'dog', 'owl'][index % 3] ?? ''},${index % 5 === 0 ? 'test' : 'train'}`);
  }
  writeFileSync(join(images, 'labels.csv'), ['file,label,split', ...rows].join('\n'));
}

beforeAll(async () => {
  await makeImages();
  makeSmallData(idx);
});

function train(name: string, ...flags: string[]): ReturnType<typeof lethe> {
  const small = ['--rounds', '2', '--batch-size', '16', '--held-out', '8', '--no-evaluation'];
  return lethe(['train', '--name', name, '--runs-dir', runs, ...small, ...flags]);
}

describe('own data', () => {
  it.concurrent.each([
    ['images', images, ['--image-size', '16']],
    ['idx', idx, []],
  ] as const)('trains on a folder of %s like on MNIST', async (name, data, flags) => {
    const [then, now] = [join(folder, `${name}-then`), join(folder, `${name}-now`)];
    cpSync(data, then, { recursive: true });
    const ended = await lethe([
      'train', '--name', name, '--runs-dir', runs, '--rounds', '2', '--no-evaluation', '--data-dir', then, ...flags,
    ]);
    expect(ended.output).toContain("--held-out 8 instead of the recipe's 5,000: the data has 48 training examples");
    expect(ended.output).toContain("--batch-size 8 instead of the recipe's 256: 40 training examples to train on");
    expect(ended.output).toMatch(/40 examples trained on, 8 held out, 12 tested, read as \d+ x \d+ pixels in grey/);
    expect(ended.output).toContain('completed');
    expect(ended.code).toBe(0);
    expect(readdirSync(join(runs, name, 'grids'))).toEqual(['epoch-001.png']);
    renameSync(then, now);
    const redrawn = await lethe(['grid', name, '--runs-dir', runs, '--data-dir', now, '--out', join(folder, `${name}.png`)]);
    expect(redrawn.output).toContain(`${name} has its data in ${now} from now on (config.json)`);
    expect(redrawn.code).toBe(0);
    expect(readFileSync(join(folder, `${name}.png`)).equals(readFileSync(join(runs, name, 'grids', 'epoch-001.png')))).toBe(true);
  }, 60_000);

  it('holds out whole groups, perhaps fewer examples than were asked for', async () => {
    const patients = join(folder, 'patients');
    cpSync(images, patients, { recursive: true });
    const [, ...rows] = readFileSync(join(images, 'labels.csv'), 'utf8').split('\n');
    const grouped = rows.map((row, index) => `${row.split(',').slice(0, 2).join(',')},p${Math.floor(index / 6)}`);
    writeFileSync(join(patients, 'labels.csv'), ['file,label,Patient ID', ...grouped].join('\n'));
    const flags = ['--data-dir', patients, '--image-size', '16', '--no-grid'];
    const [warned, ended] = await Promise.all([
      train('ungrouped', ...flags), train('grouped', ...flags, '--group-column', 'Patient ID'),
    ]);
    expect(warned.output).toContain("--group-column 'Patient ID' keeps them on one side of every split");
    expect(ended.output).toMatch(/42 examples trained on, 6 held out, 12 tested/);
    expect(ended.output).toMatch(/held-out: .*reconstruction_mse/);
    expect(ended.code).toBe(0);
  }, 60_000);

  it('trains on WebAssembly with the same command, and says so', async () => {
    const ended = await train('wasm', '--data-dir', idx, '--engine', 'wasm');
    expect(ended.output).toContain('native TensorFlow is not used: computing on WebAssembly');
    expect(ended.code).toBe(0);
  }, 60_000);

  it('stops early when the monitored figure gets no better', async () => {
    const small = ['--recipe', 'quick', '--data-dir', idx, '--batch-size', '16', '--held-out', '8', '--epochs', '30'];
    const patience = ['--learning-rate', '1e-30', '--monitor', 'classifier_accuracy', '--patience', '2'];
    const ended = await lethe(['train', '--name', 'patient', '--runs-dir', runs, ...small, ...patience, '--no-grid', '--no-evaluation']);
    expect(ended.code).toBe(0);
    expect(ended.output).toContain('stopped early');
  }, 60_000);

  it('is refused before anything starts when it cannot be right', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    for (const name of readdirSync(idx)) writeFileSync(join(broken, name), readFileSync(join(idx, name)));
    writeFileSync(join(broken, 'train-images-idx3-ubyte.gz'), gzipSync(Buffer.from('not an image file')));
    await Promise.all(([
      [['--data-dir', broken], /train-images-idx3-ubyte\.gz/],
      [['--data-dir', idx, '--batch-size', '64'],
        /--batch-size: expected at most the 40 examples that are trained on, such as 8, found 64/],
      [['--data-dir', idx, '--held-out', '48', '--batch-size', '64'],
        /2 problems:\n {2}--held-out: .* such as 8, found 48\n {2}--batch-size: /],
      [['--data-dir', join(folder, 'absent')], /expected a folder, found none/],
    ] as const).map(async ([flags, message]) => {
      const ended = await train('refused', ...flags);
      expect(ended.output).toMatch(message);
      expect(ended.code).toBe(2);
    }));
    expect(readdirSync(runs)).not.toContain('refused');
  }, 60_000);
});
