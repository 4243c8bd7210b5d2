import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMetricsLine, type MetricsLine } from '@lethe/run-folder';

/** Stands before the names of the figures of an epoch in `metrics.jsonl`: held_out/reconstruction_mse. */
export const HELD_OUT = 'held_out';

/** As many decimals as whoever reads a figure needs: three. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** The figures, each named `prefix/name`. */
export function prefixed(prefix: string, figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** The figures of an epoch in its line of `metrics.jsonl`, by the names that the game gives them. */
export function epochFigures(line: MetricsLine): Record<string, number> {
  const figures = Object.entries(line).filter(([name]) => name.startsWith(`${HELD_OUT}/`));
  return Object.fromEntries(figures.map(([name, value]) => [name.slice(HELD_OUT.length + 1), Number(value)]));
}

/** Where a run's metrics are. @param runFolder absolute path of the run's folder */
export function metricsFile(runFolder: string): string {
  return join(runFolder, 'metrics.jsonl');
}

/** The lines of a run's `metrics.jsonl`; none where there is no such file. @param runFolder absolute path of the run's folder */
export async function readMetrics(runFolder: string): Promise<MetricsLine[]> {
  const text = await readFile(metricsFile(runFolder), 'utf8').catch(() => '');
  return text.split('\n').map(parseMetricsLine).filter((line): line is MetricsLine => line !== null);
}
