// Many images and a large table in little memory: `npx nx run e2e:large-data -- --images 200000 --rows 1000000 --memory-gib 8`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { measureSize, type SizesToMeasure } from './measure-size.js';

type Flags = Omit<SizesToMeasure, 'folder' | 'memoryGiB' | 'inputsMiB' | 'isRepeated'> & {
  readonly folder?: string; readonly memoryGib: number; readonly inputsMib: number;
};
const options = new Command('large-data')
  .option('--images <count>', 'images of 64 x 64 x 3', Number, 200_000)
  .option('--rows <count>', 'rows of a table', Number, 1_000_000)
  .option('--categories <count>', 'categories in one of its columns', Number, 10_000)
  .option('--memory-gib <size>', 'bound on the memory of all processes together', Number, 8)
  .option('--inputs-mib <size>', 'bound on the inputs that one process keeps in memory', Number, 512)
  .option('--rounds <count>', 'rounds of each run', Number, 20)
  .option('--image-size <pixels>', 'sides that images are read at', Number, 64)
  .option('--batch-size <count>', 'images of a round', Number, 64)
  .option('--workers <count>', 'workers of each run', Number, 2)
  .option('--folder <path>', 'keeps the data and the cache there for the next time')
  .option('--evaluate', 'also measures what was forgotten', false)
  .parse()
  .opts<Flags>();
const folder = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'lethe-large-data-')) : resolve(options.folder);
try {
  const sizes = { ...options, memoryGiB: options.memoryGib, inputsMiB: options.inputsMib, isRepeated: true, folder };
  await measureSize(sizes, (line) => { console.log(line); });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
