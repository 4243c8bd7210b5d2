import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shareInterval, type RunEvaluation } from '@lethe/evaluation';
import { parseEvaluation } from './evaluate-run.js';
import { ends, evaluationEvidence, evaluationFigures, TEST_EXAMPLES } from './evaluation-figures.js';

/** What is read back of a run's `summary.json`. Earlier versions did not write all of it; null: a figure that is not finite. */
export interface SavedSummary {
  readonly ending: string;
  readonly rounds: number;
  readonly wall_seconds: number;
  readonly test?: Readonly<Record<string, number | null>>;
  readonly test_examples?: number;
  readonly engines?: readonly string[];
  readonly data_fingerprint?: string;
}

/** What a run came to; null if it was never summed up, or its file cannot be read. @param runFolder absolute path of the run's folder */
export function readSummary(runFolder: string): Promise<SavedSummary | null> {
  return readFile(join(runFolder, 'summary.json'), 'utf8').then((text) => JSON.parse(text) as SavedSummary | null).catch(() => null);
}

/** What was measured of a run; null if nothing was, or its file cannot be read. @param runFolder absolute path of the run's folder */
export async function readEvaluation(runFolder: string): Promise<RunEvaluation | null> {
  return parseEvaluation(await readFile(join(runFolder, 'evaluation.json'), 'utf8').catch(() => 'null'));
}

/** Whether a run has played all that it was to play. */
export function isComplete({ ending }: SavedSummary): boolean {
  return ending === 'completed' || ending === 'stopped early';
}

/** The figures that a summary has, with the intervals of those that are shares of test examples. NaN: one that is not finite. */
export function summaryFigures({ rounds, wall_seconds, test: saved = {}, test_examples: tested }: SavedSummary): Record<string, number> {
  const test = Object.fromEntries(Object.entries(saved).map(([name, value]) => [name, value ?? Number.NaN]));
  const accuracy = test['classifier_accuracy'];
  const evidence = accuracy === undefined || tested === undefined
    ? {}
    : { ...ends('classifier_accuracy', shareInterval(accuracy, tested)), [TEST_EXAMPLES]: tested };
  return { rounds, wall_seconds, ...test, ...evidence };
}

/** Figures of a run that ended, out of its summary and its evaluation. @param runFolder absolute path of the run's folder */
export async function finalFigures(runFolder: string): Promise<Record<string, number>> {
  const [summary, evaluation] = await Promise.all([readSummary(runFolder), readEvaluation(runFolder)]);
  return {
    ...(summary === null ? {} : summaryFigures(summary)),
    ...(evaluation === null ? {} : { ...evaluationFigures(evaluation), ...evaluationEvidence(evaluation) }),
  };
}
