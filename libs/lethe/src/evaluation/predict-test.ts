import { SCORE_CHUNK } from '@lethe/evaluation';
import type { MeasuredRun } from './measured-run.js';

/** What is predicted for all test examples, and the features it is predicted from, row by row. */
export interface TestPredictions {
  /** Float32 [examples, classes]. */
  readonly logProbabilities: Float32Array;
  /** Float32 [examples, size]. */
  readonly features: Float32Array;
  readonly size: number;
}

/** Has the workers predict the label of every test example; the same for any number of workers. */
export async function predictTest({ cluster, description: { facts }, data }: MeasuredRun): Promise<TestPredictions> {
  const [classes, examples] = [facts.classes.length, data.test.count];
  const chunks = await cluster.evaluations.ofExamples('predict', 'test', examples, SCORE_CHUNK);
  const rowLength = (chunks[0]?.length ?? 0) / Math.min(SCORE_CHUNK, examples);
  const size = rowLength - classes;
  const logProbabilities = new Float32Array(examples * classes);
  const features = new Float32Array(examples * size);
  for (let example = 0; example < examples; example += 1) {
    const chunk = chunks[Math.floor(example / SCORE_CHUNK)] ?? new Float32Array(0);
    const row = chunk.subarray((example % SCORE_CHUNK) * rowLength, (example % SCORE_CHUNK + 1) * rowLength);
    logProbabilities.set(row.subarray(0, classes), example * classes);
    features.set(row.subarray(classes), example * size);
  }
  return { logProbabilities, features, size };
}
