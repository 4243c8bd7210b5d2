// What Lethe costs and how fast it is, each figure beside its bar: `npx nx run tools:bench -- --help`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { usableCores } from '@lethe/config';
import { errorMessage } from '@lethe/errors';
import { INSTALLATION } from '@lethe/programs';
import { Command, Option } from 'commander';
import { CORES_OF_SERVER, isReached, scaleBars, startBars, trainingBars, type Bar } from './bars.js';
import { expectWritable, plot, record } from './history.js';
import { measureStart } from './measure-start.js';
import { measureTraining, type TrainingCase, type TrainingRow } from './measure-training.js';
import { ARTICLE, AVATARS, DDP, FORGET } from './peers.js';
import { measureScale, type ScaleCase, type ScaleRow } from './scale/measure-scale.js';
import { compareWeights } from './recorded-weights.js';

const ONE_SHARD = { name: '1 worker, 2 threads, 1 shard', flags: ['--workers', '1', '--threads', '2', '--shards', '1'] };
const AS_IT_COMES = { name: '1 worker, 4 shards (default)', flags: ['--workers', '1'] };
const TWO_WORKERS = { name: '2 workers, 1 thread, 2 shards', flags: ['--workers', '2', '--shards', '2'] };
/** The article's game beside the peers that play it; recipes `forget` and `avatars`, in all cases beside one process of two threads. */
const CASES: readonly TrainingCase[] = [
  { ...ONE_SHARD, recipe: 'article', peer: ARTICLE, leastTimesFaster: { plain: 1.3, tuned: 1 }, mostServerShare: null },
  { ...AS_IT_COMES, recipe: 'article', peer: ARTICLE, leastTimesFaster: { plain: 1.15, tuned: 1 }, mostServerShare: null },
  { ...TWO_WORKERS, recipe: 'article', peer: DDP, leastTimesFaster: { plain: 1.4, tuned: 1 }, mostServerShare: 0.2 },
  ...([[ONE_SHARD, 1.15], [AS_IT_COMES, 1], [TWO_WORKERS, 1.1]] as const).map(([{ name, flags }, plain]): TrainingCase => ({
    name: `forget, ${name}`, flags, recipe: 'forget', peer: FORGET, leastTimesFaster: { plain, tuned: 1 }, mostServerShare: null,
  })),
  ...[ONE_SHARD, { name: '1 worker, 2 shards (default)', flags: ['--workers', '1'] }, TWO_WORKERS].map(({ name, flags }): TrainingCase => ({
    name: `avatars, ${name}`, flags, recipe: 'avatars', peer: AVATARS, leastTimesFaster: { plain: 1, tuned: 1 }, mostServerShare: null,
  })),
];
const SCALE: readonly ScaleCase[] = [
  ...[1, 4, 16].flatMap((workers) => [1, 10, 100].map((megabytes) => ({ workers, megabytes, servers: 1 }))),
  ...[2, 4, 8]
    .filter((servers) => servers === 2 || servers * CORES_OF_SERVER <= usableCores())
    .map((servers) => ({ workers: 16, megabytes: 100, servers })),
];
/** 120 MB and eight times the article's parameters, all of which one server has. */
const ARTICLE_SERVER_MB = 120 + 8 * 6.6;

const { rounds, repeats, recipe, python, scaleEffort, start, record: recordFile, plot: plotFile } = new Command('bench')
  .description('Measures training beside PyTorch, the start, and parameter servers by themselves.')
  .option('--rounds <count>', 'of each training', Number, 80)
  .option('--repeats <count>', 'number of repeats, over which medians are taken', Number, 1)
  .addOption(new Option('--recipe <word>', 'train by this one alone').choices(['article', 'forget', 'avatars']))
  .option('--python <file>', 'a Python with PyTorch, to measure the same game there as well')
  .option('--scale-effort <factor>', 'share of the bytes to move through servers without compute; 0: none', Number, 0)
  .option('--start', 'measure how long a start takes, and an idle cluster')
  .option('--record <file>', 'append the figures to this file of JSON lines')
  .option('--plot <file>', 'draw the history of that file as SVG')
  .parse().opts<{
    rounds: number; repeats: number; recipe?: string; python?: string; scaleEffort: number; start?: true; record?: string; plot?: string;
  }>();

function printTraining(rows: readonly TrainingRow[]): void {
  console.table(
    Object.fromEntries(
      rows.map(({ name, imagesPerSecond, roundMs, peers, step, serverShare, wireSurplus }) => [
        name,
        {
          'images/s': Math.round(imagesPerSecond),
          ...Object.fromEntries(peers.map((peer) => [peer.name.replace(/^.*\.py/, 'PyTorch'), peer.imagesPerSecond])),
          'ms/round': rounded(roundMs),
          // Means of a step, of which a round has two, or with recipe `forget` seven.
          ...Object.fromEntries(Object.entries(step).map(([part, ms]) => [part.replace('Ms', ' ms'), rounded(ms)])),
          'server %': rounded(100 * serverShare),
          'bytes over least %': rounded(100 * wireSurplus),
        },
      ]),
    ),
  );
}

function printScale(rows: readonly ScaleRow[]): void {
  console.table(
    rows.map(({ workers, servers, megabytes, servedMBs, echoedMBs, residentMB, boundMB }) => ({
      workers,
      servers,
      'parameters MB': megabytes,
      'served MB/s': Math.round(servedMBs),
      'echo MB/s': Math.round(echoedMBs),
      'of echo': rounded(servedMBs / echoedMBs),
      'memory MB': Math.round(residentMB),
      'at most MB': Math.round(boundMB),
    })),
  );
}

function printBars(bars: readonly Bar[]): void {
  console.table(
    Object.fromEntries(
      bars.map((bar) => [
        bar.what,
        {
          found: `${rounded(bar.found)} ${bar.unit}`,
          bar: `${bar.better === 'higher' ? 'at least' : 'at most'} ${rounded(bar.bar)} ${bar.unit}`,
          reached: isReached(bar) ? 'yes' : 'NO',
        },
      ]),
    ),
  );
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

// Whether the files at the end can be written is tried before anything is measured.
for (const [flag, file] of [['--record', recordFile], ['--plot', plotFile]] as const) {
  try {
    if (file !== undefined) expectWritable(flag, resolve(INSTALLATION, file));
  } catch (error) {
    console.error(`error: ${errorMessage(error)}`);
    process.exit(2);
  }
}
const runsFolder = mkdtempSync(join(tmpdir(), 'lethe-bench-'));
try {
  const training: TrainingRow[] = [];
  for (const [index, benchmark] of CASES.filter((one) => recipe === undefined || one.recipe === recipe).entries())
    training.push(await measureTraining(benchmark, `case-${index + 1}`, { rounds, repeats, runsFolder, python: python ?? null }));
  printTraining(training);
  for (const line of compareWeights(training, rounds)) console.log(line);
  const startRows = start === true ? startBars(await measureStart(runsFolder)) : [];
  const scale: ScaleRow[] = [];
  if (scaleEffort > 0) for (const scaleCase of SCALE) scale.push(await measureScale(scaleCase, scaleEffort));
  if (scale.length > 0) printScale(scale);
  const bars = [...trainingBars(training, ARTICLE_SERVER_MB), ...startRows, ...scaleBars(scale, usableCores())];
  printBars(bars);
  if (python === undefined) console.log('Beside PyTorch: --python PYTHON_WITH_PYTORCH');
  if (recordFile !== undefined) record(resolve(INSTALLATION, recordFile), bars);
  if (recordFile !== undefined && plotFile !== undefined) await plot(resolve(INSTALLATION, recordFile), resolve(INSTALLATION, plotFile));
} finally {
  rmSync(runsFolder, { recursive: true, force: true });
}
