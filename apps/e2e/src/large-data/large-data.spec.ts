import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { measureSize, type SizesToMeasure } from './measure-size.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-large-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SIZES: SizesToMeasure = {
  images: 5000, rows: 0, categories: 0, memoryGiB: 1.5, inputsMiB: 8, rounds: 2, imageSize: 32, batchSize: 8, workers: 2,
  isRepeated: false, evaluate: false, folder,
};

async function measured(some: Partial<SizesToMeasure>): Promise<string> {
  const lines: string[] = [];
  await measureSize({ ...SIZES, ...some }, (line) => lines.push(line));
  return lines.join('\n');
}

describe('much data in little memory', () => {
  it('is trained on', async () => {
    expect(await measured({})).toMatch(/5000 images of 64 x 64 x 3.*\ndecoded now: first round after .+ peak \d+ of 1536 MiB/);
  }, 60_000);

  it('is an error where it takes more than the bound', async () => {
    const run = measured({ images: 0, rows: 300, categories: 10, memoryGiB: 0.05 });
    await expect(run).rejects.toThrow(/ended with exit code .+ in 51\.2 MiB|all processes took \d+ MiB of 51\.2 MiB/);
  }, 60_000);
});
