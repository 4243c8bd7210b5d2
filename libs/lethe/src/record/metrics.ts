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

/**
 * The lines of a run's `metrics.jsonl`; none where there is no such file.
 * @param runFolder absolute path of the run's folder
 * @param kind the only kind of line that is read; absent: all
 */
export async function readMetrics(runFolder: string, kind?: MetricsLine['kind']): Promise<MetricsLine[]> {
  // The kind comes first in a line: the many lines of rounds are not parsed where only epochs are asked for.
  const lines = (await readLines(runFolder)).filter((line) => kind === undefined || line.startsWith(`{"kind":"${kind}"`));
  return lines.map(parseMetricsLine).filter((line): line is MetricsLine => line !== null);
}

/** Rounds that a run has completed, by its `metrics.jsonl`; 0 where it has none. */
export async function roundsPlayed(runFolder: string): Promise<number> {
  const lines = await readLines(runFolder);
  return parseMetricsLine(lines.findLast((line) => parseMetricsLine(line) !== null) ?? '')?.round ?? 0;
}

async function readLines(runFolder: string): Promise<string[]> {
  return (await readFile(join(runFolder, 'metrics.jsonl'), 'utf8').catch(() => '')).split('\n');
}
