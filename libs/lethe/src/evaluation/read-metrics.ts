import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figures } from '@lethe/report';
import { parseMetricsLine, type MetricsLine, type RunFolder } from '@lethe/run-folder';

/** What `metrics.jsonl` says of the first so many rounds: the losses of each, and the figures of each epoch. */
export async function readMetrics(folder: RunFolder, rounds: number): Promise<{ rounds: Figures[]; epochs: Figures[] }> {
  const text = await readFile(join(folder.folder, 'metrics.jsonl'), 'utf8').catch(() => '');
  const played = text.split('\n').map(parseMetricsLine).filter((line): line is MetricsLine => line !== null && line.round <= rounds);
  return { rounds: played.filter(({ kind }) => kind === 'round'), epochs: played.filter(({ kind }) => kind === 'epoch') };
}
