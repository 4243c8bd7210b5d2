import type { RunEvaluation } from '@lethe/evaluation';

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
  return scored === null ? found : { ...found, scored: { ...scored, scores: scored.scores.map((score: number | null) => score ?? Number.NaN) } };
}
