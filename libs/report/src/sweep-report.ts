import { frontChart, startNumbering, type Axes, type FrontPoint, type ReferencePoint } from './charts.js';
import { columns, escapeHtml, figure, page, section, table } from './page.js';

/** Trials in two figures. */
export interface Front {
  readonly points: readonly FrontPoint[];
  readonly axes: Axes;
  /** What the trials are compared with. */
  readonly references: readonly ReferencePoint[];
  /** In which direction the trials are better: "less is better in both". */
  readonly better: string;
}

export interface SweepReport {
  readonly title: string;
  readonly fronts: readonly Front[];
  /** Head and rows of the trials' table. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** The command line that repeats the best trial; null if none completed. */
  readonly best: string | null;
}

/** The picture of a front as SVG. */
export async function frontSvg({ points, axes, references }: Front): Promise<string> {
  await startNumbering();
  return frontChart(points, axes, references);
}

/** One self-contained page about a sweep. */
export async function sweepReport({ title, fronts, head, rows, notes, best }: SweepReport): Promise<string> {
  await startNumbering();
  const figures: string[] = [];
  for (const { points, axes, references, better } of fronts) {
    const caption = `${axes.x} against ${axes.y}, ${better}; joined: trials that no other beats in both`;
    figures.push(figure(await frontChart(points, axes, references), caption));
  }
  return page(title, [
    ...(best === null ? [] : [`<div class="verdict"><p>The best trial again:</p><pre>${escapeHtml(best)}</pre></div>`]),
    ...(figures.length === 0 ? [] : [section('Front', columns(figures))]),
    section('Trials', table(head, rows), ...notes.map((note) => `<p>${escapeHtml(note)}</p>`)),
  ]);
}
