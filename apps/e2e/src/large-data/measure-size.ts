import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeImages, makeTable } from './make-data.js';
import { measureRun, type Measured } from './measured-run.js';

export interface SizesToMeasure {
  /** Images of 64 x 64 x 3, and rows of a table with so many categories in one column; 0: none. */
  readonly images: number;
  readonly rows: number;
  readonly categories: number;
  /** Bound on the memory of all processes together. */
  readonly memoryGiB: number;
  /** What data.reading.memoryMiB says: larger inputs are read by pieces from the cache. */
  readonly inputsMiB: number;
  readonly rounds: number;
  /** Pixels along each side that images are read at. */
  readonly imageSize: number;
  /** Images of a round. */
  readonly batchSize: number;
  readonly workers: number;
  /** Where data, the cache and runs lie. Data that were made there before are used again. */
  readonly folder: string;
  /** Whether images are trained on a second time, when they have been decoded before. */
  readonly isRepeated: boolean;
  /** Also measures what was forgotten: probes, judge, redrawn images. */
  readonly evaluate: boolean;
}

/**
 * Trains on many images and on a large table, in processes that together may take no more memory than the bound.
 * @param say told each line of the result
 * @throws Error if a run fails or takes more
 */
export async function measureSize(sizes: SizesToMeasure, say: (line: string) => void): Promise<void> {
  const { images, rows, categories, folder, isRepeated } = sizes;
  if (images > 0) {
    const data = join(folder, `images-${images}`);
    say(`${images} images of 64 x 64 x 3: made in ${await secondsOf(() => makeImages(data, images))} s`);
    const [imageSize, batchSize] = [String(sizes.imageSize), String(sizes.batchSize)];
    const flags = ['--recipe', 'forget', '--image-size', imageSize, '--channels', '3', '--batch-size', batchSize, '--held-out', '64'];
    for (const name of isRepeated ? ['decoded now', 'decoded before'] : ['decoded now']) await train(sizes, { name, data, flags }, say);
  }
  if (rows > 0) {
    const data = join(folder, `table-${rows}-${categories}`);
    say(`${rows} rows, ${categories} categories in a column: made in ${await secondsOf(() => makeTable(data, rows, categories))} s`);
    const flags = ['--recipe', 'own-table', '--target', 'east', '--training', 'adaptation', '--batch-size', '240', '--shards', '2'];
    await train(sizes, { name: 'table', data, flags }, say);
  }
}

interface RunOnData { readonly name: string; readonly data: string; readonly flags: readonly string[] }

async function train(sizes: SizesToMeasure, { name, data, flags }: RunOnData, say: (line: string) => void): Promise<void> {
  const { folder, memoryGiB, inputsMiB, rounds, workers, evaluate } = sizes;
  const runs = join(folder, `runs-${process.pid}`);
  const run = name.replaceAll(' ', '-');
  const settings = join(folder, 'settings.json');
  await writeFile(settings, JSON.stringify({ data: { reading: { memoryMiB: inputsMiB } } }));
  const argv = [
    'train', '--config', settings, '--data-dir', data, ...flags, '--rounds', String(rounds), '--workers', String(workers), '--no-grid',
    ...(evaluate ? [] : ['--no-evaluation']), '--runs-dir', runs, '--name', run,
  ];
  const boundMiB = memoryGiB * 1024;
  say(shown(name, await measureRun({ argv, run: join(runs, run), cacheFolder: join(folder, 'cache'), boundMiB }), boundMiB));
}

function shown(name: string, measured: Measured, boundMiB: number): string {
  const { seconds, firstRoundSeconds, roundMs, peakMiB, programs, cgroup } = measured;
  const times = `first round after ${firstRoundSeconds.toFixed(1)} s, ${roundMs.toFixed(0)} ms a round, ${seconds.toFixed(1)} s in all`;
  const known = [...programs].filter(([program]) => program !== 'other');
  const each = known.map(([program, most]) => `${program} ${most.toFixed(0)}, `).join('');
  return `${name}: ${times}; peak ${peakMiB.toFixed(0)} of ${boundMiB.toFixed(0)} MiB (${each}${cgroup})`;
}

async function secondsOf(done: () => Promise<void>): Promise<string> {
  const begun = performance.now();
  await done();
  return ((performance.now() - begun) / 1000).toFixed(1);
}
