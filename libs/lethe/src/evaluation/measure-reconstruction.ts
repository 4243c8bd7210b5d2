import { meanFigures, meanImageError, SCORE_CHUNK, type ForgettingEvaluation } from '@lethe/evaluation';
import type { MeasuredRun } from './measured-run.js';
import type { MeasuringWork } from './measuring-work.js';

const COST = 1.5;

/** The error of rebuilding test examples, of each class of the label as well, beside that of the mean training example. */
export async function measureReconstruction(
  { cluster, description, data }: MeasuredRun, work: MeasuringWork,
): Promise<Required<ForgettingEvaluation['reconstruction']>> {
  const { figures } = description.objective;
  const done = work.expect('measuring the reconstruction error', COST);
  const [results, of_mean_image] = await Promise.all([
    cluster.evaluations.ofExamples('score', 'test', data.test.count, SCORE_CHUNK), meanImageError(data),
  ]);
  done();
  const column = figures.indexOf('reconstruction_mse');
  const errors = results.flatMap((values) =>
    Array.from({ length: values.length / figures.length }, (_, row) => values[row * figures.length + column] ?? Number.NaN),
  );
  const per_class = description.facts.classes.map((_, label) => {
    const chosen = errors.filter((_error, example) => data.test.labels[example] === label);
    return chosen.length === 0 ? 0 : chosen.reduce((sum, error) => sum + error, 0) / chosen.length;
  });
  return { mean: meanFigures(results, figures)['reconstruction_mse'] ?? Number.NaN, per_class, of_mean_image };
}
