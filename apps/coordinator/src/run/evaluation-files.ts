import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runReport, spread, verdict, type Figures, type RunEvaluation } from '@lethe/report';
import type { RunFolder } from '@lethe/run-folder';
import type { MeasuredRun } from './measure-forgetting.js';

/** Test images whose latents are shown on a map. */
const MAPPED = 2000;

/** Writes `evaluation.json` and `report.html` into the run's folder. @returns the report's path */
export async function writeEvaluation(run: MeasuredRun, folder: RunFolder, evaluation: RunEvaluation): Promise<string> {
  await folder.writeFile(join(folder.folder, 'evaluation.json'), Buffer.from(`${JSON.stringify(evaluation, null, 2)}\n`));
  const { cluster, description: { config }, data } = run;
  const mapped = Math.min(MAPPED, data.test.count);
  const [values] = await cluster.evaluate('encode', 'test', mapped, mapped);
  const metrics = await readMetrics(folder, evaluation.rounds);
  const report = await runReport({
    title: folder.name, evaluation, config,
    rounds: metrics.filter(({ kind }) => kind === 'round'),
    epochs: metrics.filter(({ kind }) => kind === 'epoch'),
    grids: await readGrids(folder),
    latents: { values: values ?? new Float32Array(0), size: config.latentSize, labels: Int32Array.from(data.test.labels.subarray(0, mapped)) },
  });
  const file = join(folder.folder, 'report.html');
  await folder.writeFile(file, Buffer.from(report));
  return file;
}

/** The table and what it means, for the terminal. */
export function evaluationLines(evaluation: RunEvaluation): string[] {
  const line = (cells: readonly string[]): string => cells.map((cell, index) => (index < 3 ? cell.padEnd(12) : cell.padStart(16))).join('').trimEnd();
  const { swap, reconstruction, style, probes } = evaluation;
  return [
    line(['probe', 'reads', 'labels', 'accuracy', 'balanced', 'cross-entropy', 'nats told']),
    ...probes.map(({ probe, input, labels, seeds }) => line([
      probe, input, labels,
      ...(['accuracy', 'balanced_accuracy', 'cross_entropy', 'information'] as const).map((figure) => spread(seeds.map(({ figures }) => figures[figure]))),
    ])),
    `swap ${swap.off_diagonal.toFixed(3)} (judge ${swap.judge_accuracy.toFixed(3)})  reconstruction_mse ${reconstruction.mean.toFixed(4)}  slant kept ${style.slant_correlation.toFixed(2)}  thickness kept ${style.thickness_correlation.toFixed(2)}`,
    ...verdict(evaluation),
  ];
}

async function readMetrics(folder: RunFolder, rounds: number): Promise<(Figures & { kind: string })[]> {
  const text = await readFile(join(folder.folder, 'metrics.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Figures & { kind: string; round: number });
  return lines.filter(({ round }) => round <= rounds);
}

async function readGrids(folder: RunFolder): Promise<{ label: string; png: Uint8Array }[]> {
  const names = (await readdir(folder.grids)).filter((name) => name.startsWith('epoch-')).sort();
  return Promise.all(names.map(async (name) => ({ label: name.replace('.png', '').replace('-', ' ').replace(/ 0+/, ' '), png: await readFile(join(folder.grids, name)) })));
}
