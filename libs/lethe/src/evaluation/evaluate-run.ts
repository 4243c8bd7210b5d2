import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMeasurable, isMeasuredByRedrawing } from '@lethe/config';
import { isImage } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import {
  gridColumns, gridRows, type AdaptationEvaluation, type AttributesEvaluation, type ForgettingEvaluation, type RunEvaluation,
} from '@lethe/evaluation';
import { adaptationReport, attributesReport, runReport, type Figures, type LatentPlaces } from '@lethe/report';
import type { RunFolder } from '@lethe/run-folder';
import { prefixed, readMetrics } from '../record/metrics.js';
import { attributeFeatures } from './attribute-features.js';
import { evaluationFigures } from './evaluation-figures.js';
import { encodeRunGrid, gridFile } from './grid-picture.js';
import { measureAdaptation } from './measure-adaptation.js';
import { measureAttributes } from './measure-attributes.js';
import { measureForgetting } from './measure-forgetting.js';
import { MeasuringWork } from './measuring-work.js';
import type { MeasuredRun, MeasureOptions } from './measured-run.js';
import { placesOnPlane } from './places-on-plane.js';
import { computeGrid } from './score-networks.js';
import { unlessItFails } from './unless-it-fails.js';

const EVALUATION = 'evaluation.json';
/** Test images whose latents are shown on a map. */
const MAPPED = 2000;
/** Beside what the probes cost. */
const [MAP_COST, GRID_COST] = [5, 2];

/**
 * Measures what the run's game is played for; writes `evaluation.json`, `report.html` and TensorBoard's events into the run's folder.
 * @throws LetheError CONFIG_INVALID for a run that keeps and forgets nothing by name
 */
export async function evaluateRun(run: MeasuredRun, options: MeasureOptions): Promise<RunEvaluation> {
  const { config } = run.description;
  if (!isMeasurable(config)) {
    const expected = 'expected a run that keeps or forgets something by name (--keep, --forget)';
    throw new LetheError('CONFIG_INVALID', `${options.folder.name}: ${expected}, found one of which nothing can be measured`);
  }
  if (config.data.domains !== null) return evaluateAdaptation(run, options);
  // Where the label alone is forgotten and no image is rebuilt but a signal, no judge of pictures reads it.
  const isRedrawn = isMeasuredByRedrawing(config) && isImage(run.description.facts.shape);
  return isRedrawn ? evaluateForgetting(run, options) : evaluateAttributes(run, options);
}

/** Measures how well labels are read in every domain. */
async function evaluateAdaptation(run: MeasuredRun, { folder, onProgress }: MeasureOptions): Promise<AdaptationEvaluation> {
  const done = new MeasuringWork(onProgress).expect('reading the labels of every test example', 1);
  const evaluation = await measureAdaptation(run);
  done();
  await writeEvaluation(folder, evaluation);
  const { config } = run.description;
  await writeReport(
    folder,
    await adaptationReport({ title: folder.name, evaluation, config, ...(await metricsUpTo(folder, evaluation.rounds)) }),
  );
  return evaluation;
}

/** Measures what was forgotten. */
async function evaluateForgetting(run: MeasuredRun, { folder, onProgress, ...options }: MeasureOptions): Promise<ForgettingEvaluation> {
  const work = new MeasuringWork(onProgress);
  // The map is laid out here while the workers measure.
  const [latents, evaluation] = await Promise.all([mapLatents(run, work), measureForgetting(run, { ...options, work })]);
  await writeEvaluation(folder, evaluation);
  const { description } = run;
  await writeReport(folder, await runReport({
    title: folder.name, evaluation, config: description.config,
    ...(await metricsUpTo(folder, evaluation.rounds)),
    grids: await readGrids(folder),
    latents,
  }));
  return evaluation;
}

/** Measures what is read of the attributes that were to be forgotten, and of those that were to be kept. */
async function evaluateAttributes(
  run: MeasuredRun, { folder, onProgress, onGrid, ...options }: MeasureOptions,
): Promise<AttributesEvaluation> {
  const work = new MeasuringWork(onProgress);
  const draw = expectRunGrid(run, { folder, onGrid, work });
  const [features, evaluation] = await Promise.all([attributeFeatures(run, work), measureAttributes(run, { ...options, work })]);
  await writeEvaluation(folder, evaluation);
  const grid = draw === null ? null : await unlessItFails('drawing a picture of test examples', draw, options.onNotice);
  await writeReport(folder, await attributesReport({
    title: folder.name, evaluation, config: run.description.config, features, grid, ...(await metricsUpTo(folder, evaluation.rounds)),
  }));
  return evaluation;
}

interface GridDrawing extends Pick<MeasureOptions, 'folder'> {
  readonly onGrid: MeasureOptions['onGrid'] | undefined;
  readonly work: MeasuringWork;
}

/**
 * Draws test examples into the run's folder, redrawn with other values. It is expected from now on.
 * @returns begins with it, and gives the PNG; null: the game redraws no images
 */
function expectRunGrid(run: MeasuredRun, { folder, onGrid, work }: GridDrawing): (() => Promise<Uint8Array>) | null {
  const { description, data, rounds } = run;
  if (gridColumns(description) === null) return null;
  const done = work.expect('drawing test examples', GRID_COST);
  return async () => {
    const { png } = await encodeRunGrid(description, await computeGrid(run, gridRows(description, data).length));
    const file = gridFile(folder, rounds);
    await folder.writeFile(file, png);
    onGrid?.(file);
    done();
    return png;
  };
}

async function mapLatents({ cluster, description, data }: MeasuredRun, work: MeasuringWork): Promise<LatentPlaces> {
  const mapped = Math.min(MAPPED, data.test.count);
  const done = work.expect('laying the latents out on a map', MAP_COST);
  const [values = new Float32Array(0)] = await cluster.evaluations.ofExamples('encode', 'test', mapped, mapped);
  const places = await placesOnPlane(cluster, { values, size: description.objective.encodedSize }, mapped);
  done();
  return { places, labels: Int32Array.from(data.test.labels.subarray(0, mapped)) };
}

/**
 * What the text of an `evaluation.json` holds; null for one that is no JSON of a run. JSON has no word for a figure that is not finite:
 * it is written as null and read as NaN, except where null says that there is nothing to measure (a domain without labels).
 */
export function parseEvaluation(text: string): RunEvaluation | null {
  let found: RunEvaluation | null;
  try {
    found = JSON.parse(text) as RunEvaluation | null;
  } catch {
    return null;
  }
  if (found?.kind === 'forgetting')
    return JSON.parse(text, (key, value: unknown) => value ?? (MAY_BE_UNDEFINED.includes(key) ? null : Number.NaN)) as RunEvaluation;
  if (found?.kind === 'attributes') return JSON.parse(text, finiteFigures) as RunEvaluation;
  if (found?.kind !== 'domain-adaptation') return null;
  const { scored } = found;
  return scored === null
    ? found
    : { ...found, scored: { ...scored, scores: scored.scores.map((score: number | null) => score ?? Number.NaN) } };
}

/** Of what is measured, null says of these figures that there are none, and of all others that they are not finite. */
const MAY_BE_UNDEFINED: readonly string[] = ['auroc', 'auroc_low', 'auroc_high', 'r_squared'];
const NUMBERS: readonly string[] = ['value', 'mean', 'of_mean'];

function finiteFigures(key: string, value: unknown): unknown {
  if (value === null) return NUMBERS.includes(key) ? Number.NaN : null;
  if (key !== 'figures' || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, figure]) => (
    [name, figure === null && !MAY_BE_UNDEFINED.includes(name) ? Number.NaN : figure as unknown]
  )));
}

async function writeEvaluation(folder: RunFolder, evaluation: RunEvaluation): Promise<void> {
  await folder.writeFile(join(folder.folder, EVALUATION), Buffer.from(`${JSON.stringify(evaluation, null, 2)}\n`));
  await folder.addScalars(evaluation.rounds, prefixed('measured', evaluationFigures(evaluation)));
}

function writeReport(folder: RunFolder, html: string): Promise<void> {
  return folder.writeFile(join(folder.folder, 'report.html'), Buffer.from(html));
}

/** What `metrics.jsonl` says up to that number of rounds: the losses of each, and the figures of each epoch. */
async function metricsUpTo(folder: RunFolder, rounds: number): Promise<{ rounds: Figures[]; epochs: Figures[] }> {
  const played = (await readMetrics(folder.folder)).filter(({ round }) => round <= rounds);
  return { rounds: played.filter(({ kind }) => kind === 'round'), epochs: played.filter(({ kind }) => kind === 'epoch') };
}

async function readGrids(folder: RunFolder): Promise<{ label: string; png: Uint8Array }[]> {
  const names = (await readdir(folder.grids)).filter((name) => name.startsWith('epoch-')).sort();
  return Promise.all(
    names.map(async (name) => ({
      label: name.replace('.png', '').replace('-', ' ').replace(/ 0+/, ' '),
      png: await readFile(join(folder.grids, name)),
    })),
  );
}
