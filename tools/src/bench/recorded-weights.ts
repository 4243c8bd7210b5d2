import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION } from '@lethe/programs';
import type { TrainingRow } from './measure-training.js';

interface RecordedWeights {
  readonly rounds: number;
  readonly machine: string;
  /** By the name of the benchmark's case. */
  readonly weights_sha256: Readonly<Record<string, string>>;
}

/**
 * Says of each case whether it ended with the weights that `docs/benchmark-weights.json` records for this number of rounds. Another
 * processor may give other bits; on the same one a difference means that a change of the program changed a bit.
 */
export function compareWeights(rows: readonly Pick<TrainingRow, 'name' | 'weights'>[], rounds: number): string[] {
  const recorded = JSON.parse(readFileSync(join(INSTALLATION, 'docs/benchmark-weights.json'), 'utf8')) as RecordedWeights;
  if (rounds !== recorded.rounds) return [`weights: recorded after ${recorded.rounds} rounds, not after ${rounds}`];
  return rows.map(({ name, weights }) => {
    const expected = recorded.weights_sha256[name];
    return weights === expected
      ? `weights of ${name}: as recorded`
      : `weights of ${name}: expected ${expected ?? 'none'} (${recorded.machine}), found ${weights}`;
  });
}
