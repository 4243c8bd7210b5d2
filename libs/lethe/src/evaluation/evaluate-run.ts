import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  shareInterval, type AdaptationEvaluation, type DomainEvaluation, type ForgettingEvaluation, type RunEvaluation,
} from '@lethe/evaluation';
import {
  accuracyInterval, adaptationReport, leftOut, onPlane, runReport, shownExamples, shownInterval, spread, verdict, type Figures,
  type LatentPlaces,
} from '@lethe/report';
import type { RunFolder } from '@lethe/run-folder';
import { prefixed, readMetrics } from '../record/metrics.js';
import { evaluationFigures } from '../trials/trial-figures.js';
import { measureAdaptation } from './measure-adaptation.js';
import { latentSizeOf, measureForgetting } from './measure-forgetting.js';
import { MeasuringWork } from './measuring-work.js';
import type { MeasuredRun, MeasureOptions } from './measured-run.js';

const EVALUATION = 'evaluation.json';
/** Test images whose latents are shown on a map. */
const MAPPED = 2000;
/** Beside what the probes cost. */
const MAP_COST = 5;

/**
 * Measures what the run's game is played for; writes `evaluation.json`, `report.html` and TensorBoard's events into the run's folder.
 * @returns lines for the terminal
 */
export function evaluateRun(run: MeasuredRun, options: MeasureOptions): Promise<string[]> {
  return run.description.config.objective.kind === 'forgetting' ? evaluateForgetting(run, options) : evaluateAdaptation(run, options);
}

/** Measures how well labels are read in every domain. */
async function evaluateAdaptation(run: MeasuredRun, { folder, onProgress }: MeasureOptions): Promise<string[]> {
  const done = new MeasuringWork(onProgress).expect('reading the labels of every test example', 1);
  const evaluation = await measureAdaptation(run);
  done();
  await writeEvaluation(folder, evaluation);
  const { config } = run.description;
  await writeReport(
    folder,
    await adaptationReport({ title: folder.name, evaluation, config, ...(await metricsUpTo(folder, evaluation.rounds)) }),
  );
  return adaptationLines(evaluation);
}

/** Measures what was forgotten. */
async function evaluateForgetting(run: MeasuredRun, { folder, onProgress, ...options }: MeasureOptions): Promise<string[]> {
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
  return forgettingLines(evaluation);
}

async function mapLatents({ cluster, description, data }: MeasuredRun, work: MeasuringWork): Promise<LatentPlaces> {
  const mapped = Math.min(MAPPED, data.test.count);
  const done = work.expect('laying the latents out on a map', MAP_COST);
  const [values = new Float32Array(0)] = await cluster.evaluations.ofExamples('encode', 'test', mapped, mapped);
  const places = await onPlane({ values, size: latentSizeOf(description) }, mapped);
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
  if (found?.kind === 'forgetting') return JSON.parse(text, (_, value: unknown) => value ?? Number.NaN) as RunEvaluation;
  if (found?.kind !== 'domain-adaptation') return null;
  const { scored } = found;
  return scored === null
    ? found
    : { ...found, scored: { ...scored, scores: scored.scores.map((score: number | null) => score ?? Number.NaN) } };
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

/** What was used, one line for each domain, and what was left out. */
function adaptationLines(evaluation: AdaptationEvaluation): string[] {
  const { domains, target, examples } = evaluation;
  return [
    shownExamples(examples),
    ...sourceLines(domains.filter(({ name }) => name !== target)),
    ...domains.filter(({ name }) => name === target).map((domain) => `target ${domain.name}: ${shownFigures(domain)}`),
    ...leftOut(evaluation),
  ];
}

/** More sources do not fit into a terminal; the report has them all. */
const MOST_SOURCES_SHOWN = 20;

function sourceLines(sources: readonly DomainEvaluation[]): string[] {
  if (sources.length <= MOST_SOURCES_SHOWN) return sources.map((domain) => `source ${domain.name}: ${shownFigures(domain)}`);
  const labelled = sources.reduce((sum, domain) => sum + domain.labelled, 0);
  const right = sources.reduce((sum, { accuracy, labelled: count }) => sum + (accuracy ?? 0) * count, 0);
  const together = `${sources.length} sources together: `;
  if (labelled === 0) return [`${together}no labels to score`];
  const accuracy = right / labelled;
  const interval = shownInterval(shareInterval(accuracy, labelled));
  return [`${together}accuracy ${accuracy.toFixed(4)} (95 %: ${interval}) of ${labelled} test examples`];
}

function shownFigures({ labelled, accuracy, accuracy_interval: ofAccuracy, auroc, auroc_interval: ofArea }: DomainEvaluation): string {
  if (accuracy === null) return 'no labels to score';
  const area = auroc === null ? '' : `  AUROC ${auroc.toFixed(3)} (95 %: ${shownInterval(ofArea)})`;
  return `accuracy ${accuracy.toFixed(4)} (95 %: ${shownInterval(ofAccuracy)})${area} of ${labelled} test examples`;
}

/** The table and what it means, for the terminal. */
function forgettingLines(evaluation: ForgettingEvaluation): string[] {
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index < 3 ? cell.padEnd(11) : cell.padStart(15)))
      .join('')
      .trimEnd();
  const { swap, reconstruction, style, probes, examples } = evaluation;
  return [
    shownExamples(examples),
    line(['probe', 'reads', 'labels', 'accuracy', '95 %', 'balanced', 'cross-entropy', 'information']),
    ...probes.map((row) =>
      line([
        row.probe,
        row.input,
        row.labels,
        spread(row.seeds.map(({ figures }) => figures.accuracy)),
        shownInterval(accuracyInterval(row)),
        ...(['balanced_accuracy', 'cross_entropy', 'information'] as const).map((figure) =>
          spread(row.seeds.map(({ figures }) => figures[figure])),
        ),
      ]),
    ),
    `swap ${swap.off_diagonal.toFixed(3)} (judge ${swap.judge_accuracy.toFixed(3)})  ` +
    `reconstruction_mse ${reconstruction.mean.toFixed(4)}  ` +
    `slant kept ${style.slant_correlation.toFixed(2)}  thickness kept ${style.thickness_correlation.toFixed(2)}`,
    ...verdict(evaluation),
  ];
}
