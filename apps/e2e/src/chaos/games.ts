import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeAdaptationData } from '../adaptation-data.js';
import { makeSmallData } from '@lethe/testing';
import type { ChaosGame } from './chaos-run.js';

const CLUSTER = [
  '--heartbeat-seconds', '0.25', '--stall-seconds', '5', '--checkpoint-every-rounds', '5', '--keep-checkpoints', '2', '--no-evaluation',
];

/**
 * Networks with batch normalisation and dropout: the article's game with two inner steps of its classifier, and a carry from day to night.
 */
export async function chaosGames(folder: string, rounds: number): Promise<{ article: ChaosGame; domains: ChaosGame }> {
  mkdirSync(folder, { recursive: true });
  makeSmallData(join(folder, 'small'));
  await makeAdaptationData(join(folder, 'domains'));
  return {
    article: {
      name: 'article',
      flags: [
        '--recipe', 'article', '--data-dir', join(folder, 'small'), '--batch-size', '32', '--held-out', '0', '--shards', '8',
        '--classifier-turns', '2', '--rounds', String(rounds), '--workers', '3', '--servers', '2', '--no-grid', ...CLUSTER,
      ],
    },
    domains: {
      name: 'domains',
      flags: [
        '--recipe', 'own-images', '--data-dir', join(folder, 'domains', 'own'), '--target', 'night', '--training', 'adaptation',
        '--image-size', '8', '--batch-size', '32', '--shards', '4', '--rounds', String(2 * rounds), '--workers', '1', ...CLUSTER,
      ],
    },
  };
}
