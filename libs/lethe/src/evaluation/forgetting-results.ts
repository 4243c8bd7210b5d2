import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForgettingEvaluation } from '@lethe/evaluation';
import { runReport, spread, verdict } from '@lethe/report';
import type { RunFolder } from '@lethe/run-folder';
import { latentSizeOf, measureForgetting } from './measure-forgetting.js';
import type { Measure } from './measured-run.js';
import { readMetrics } from './read-metrics.js';

/** Test images whose latents are shown on a map. */
const MAPPED = 2000;

/** Measures what was forgotten; writes `evaluation.json` and `report.html`. */
export const evaluateForgetting: Measure = async (run, { folder, ...options }) => {
  const evaluation = await measureForgetting(run, options);
  await folder.writeFile(join(folder.folder, 'evaluation.json'), Buffer.from(`${JSON.stringify(evaluation, null, 2)}\n`));
  const { cluster, description, data } = run;
  const mapped = Math.min(MAPPED, data.test.count);
  const [values] = await cluster.evaluations.ofExamples('encode', 'test', mapped, mapped);
  const report = await runReport({
    title: folder.name, evaluation, config: description.config,
    ...(await readMetrics(folder, evaluation.rounds)),
    grids: await readGrids(folder),
    latents: { values: values ?? new Float32Array(0), size: latentSizeOf(description), labels: Int32Array.from(data.test.labels.subarray(0, mapped)) },
  });
  await folder.writeFile(join(folder.folder, 'report.html'), Buffer.from(report));
  return evaluationLines(evaluation);
};

/** The table and what it means, for the terminal. */
function evaluationLines(evaluation: ForgettingEvaluation): string[] {
  const line = (cells: readonly string[]): string => cells.map((cell, index) => (index < 3 ? cell.padEnd(12) : cell.padStart(16))).join('').trimEnd();
  const { swap, reconstruction, style, probes } = evaluation;
  return [
    line(['probe', 'reads', 'labels', 'accuracy', 'balanced', 'cross-entropy', 'information']),
    ...probes.map(({ probe, input, labels, seeds }) => line([
      probe, input, labels,
      ...(['accuracy', 'balanced_accuracy', 'cross_entropy', 'information'] as const).map((figure) => spread(seeds.map(({ figures }) => figures[figure]))),
    ])),
    `swap ${swap.off_diagonal.toFixed(3)} (judge ${swap.judge_accuracy.toFixed(3)})  reconstruction_mse ${reconstruction.mean.toFixed(4)}  slant kept ${style.slant_correlation.toFixed(2)}  thickness kept ${style.thickness_correlation.toFixed(2)}`,
    ...verdict(evaluation),
  ];
}

async function readGrids(folder: RunFolder): Promise<{ label: string; png: Uint8Array }[]> {
  const names = (await readdir(folder.grids)).filter((name) => name.startsWith('epoch-')).sort();
  return Promise.all(names.map(async (name) => ({ label: name.replace('.png', '').replace('-', ' ').replace(/ 0+/, ' '), png: await readFile(join(folder.grids, name)) })));
}
