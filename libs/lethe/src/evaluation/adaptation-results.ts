import { join } from 'node:path';
import type { AdaptationEvaluation } from '@lethe/evaluation';
import { adaptationReport } from '@lethe/report';
import { measureAdaptation } from './measure-adaptation.js';
import type { Measure } from './measured-run.js';
import { readMetrics } from './read-metrics.js';

/** Measures how well labels are read in every domain; writes `evaluation.json` and `report.html`. */
export const evaluateAdaptation: Measure = async (run, { folder, onProgress }) => {
  onProgress('reading the labels of every test example');
  const evaluation = await measureAdaptation(run);
  await folder.writeFile(join(folder.folder, 'evaluation.json'), Buffer.from(`${JSON.stringify(evaluation, null, 2)}\n`));
  const metrics = await readMetrics(folder, evaluation.rounds);
  const report = await adaptationReport({ title: folder.name, evaluation, config: run.description.config, ...metrics });
  await folder.writeFile(join(folder.folder, 'report.html'), Buffer.from(report));
  return adaptationLines(evaluation);
};

/** One line for each domain. */
function adaptationLines({ domains, target }: AdaptationEvaluation): string[] {
  return domains.map(({ name, labelled, accuracy, auroc }) => {
    const figures = accuracy === null ? 'no labels to score' : `accuracy ${accuracy.toFixed(4)}${auroc === null ? '' : `  AUROC ${auroc.toFixed(3)}`} of ${labelled} test examples`;
    return `${name === target ? 'target' : 'source'} ${name}: ${figures}`;
  });
}
