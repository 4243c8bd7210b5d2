import { frontChart, startNumbering, type Axes, type FrontPoint } from './charts.js';
import { escapeHtml, figure, page, section, table } from './page.js';

export interface SweepReport {
  readonly title: string;
  readonly points: readonly FrontPoint[];
  readonly axes: Axes;
  /** Head and rows of the trials' table. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** The command line that repeats the best trial; null if none completed. */
  readonly best: string | null;
}

/** The picture of the front as SVG; null without points. */
export async function frontSvg({ points, axes }: Pick<SweepReport, 'points' | 'axes'>): Promise<string | null> {
  startNumbering();
  return points.length === 0 ? null : frontChart(points, axes);
}

/** One self-contained page about a sweep. */
export async function sweepReport(report: SweepReport): Promise<string> {
  const svg = await frontSvg(report);
  const { title, axes, head, rows, notes, best } = report;
  const caption = `${axes.x} against ${axes.y}, less is better in both; joined: trials that no other beats in both`;
  return page(title, [
    ...(best === null ? [] : [`<div class="verdict"><p>The best trial again:</p><pre>${escapeHtml(best)}</pre></div>`]),
    ...(svg === null ? [] : [section('Front', figure(svg, caption))]),
    section('Trials', table(head, rows), ...notes.map((note) => `<p>${escapeHtml(note)}</p>`)),
  ]);
}
