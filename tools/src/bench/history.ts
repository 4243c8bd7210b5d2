import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { INSTALLATION } from '@lethe/programs';
import { lineChart } from '@lethe/report';
import type { Bar } from './bars.js';

/** One run of the benchmark: a line of the history. */
interface HistoryLine {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  /** Figures by the names of their bars. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Tries whether a file can be written to, and leaves no new file behind, since the measurements may fail.
 * @throws Error
 */
export function expectWritable(flag: string, file: string): void {
  const isNew = !existsSync(file);
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new Error(`${flag}: expected a file that can be written to, found ${file} (${String(error)})`, { cause: error });
  }
  if (isNew) rmSync(file);
}

/** Adds a line to the history, a file of JSON lines. */
export function record(file: string, bars: readonly Bar[]): void {
  const [cpu] = cpus();
  const line: HistoryLine = {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: INSTALLATION, encoding: 'utf8' }).trim(),
    machine: `${cpus().length} x ${cpu?.model ?? 'unknown'}, Node ${process.versions.node}`,
    rows: Object.fromEntries(bars.map(({ what, found }) => [what, Math.round(found * 1000) / 1000])),
  };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Draws how many times as fast as its peers each run of the history was. */
export async function plot(file: string, svgFile: string): Promise<void> {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HistoryLine);
  const points = lines.flatMap(({ rows }, run) =>
    Object.entries(rows)
      .filter(([what]) => what.includes('times as fast'))
      .map(([what, y]) => ({ x: run + 1, y, series: what.replace(': times as fast as', ' beside') })),
  );
  writeFileSync(svgFile, await lineChart(points, { x: 'run of the benchmark', y: 'times as fast' }));
}
