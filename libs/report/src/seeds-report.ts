import { lineChart, startNumbering } from './charts.js';
import { columns, escapeHtml, figure, page, section, table } from './page.js';

/** A figure of the epochs of runs that differ in their seed. */
export interface SeedCurve {
  readonly figure: string;
  readonly points: readonly { readonly epoch: number; readonly value: number; readonly seed: number }[];
}

export interface SeedsReport {
  readonly title: string;
  /** Head and one row for each figure, as in the terminal. */
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  readonly curves: readonly SeedCurve[];
  /** The outcome of each run, its folder relative to the page, and whether it has a page of its own. */
  readonly runs: readonly { readonly text: string; readonly folder: string; readonly hasReport: boolean }[];
}

/** One page about the runs from several seeds: means, deviations and the curves of each run. */
export async function seedsReport({ title, rows, notes, curves, runs }: SeedsReport): Promise<string> {
  await startNumbering();
  const [head = [], ...body] = rows;
  const charts: string[] = [];
  for (const { figure: name, points } of curves) {
    const values = points.map(({ epoch, value, seed }) => ({ x: epoch, y: value, series: `seed ${seed}` }));
    const svg = await lineChart(values, { x: 'epoch', y: name });
    charts.push(figure(svg, `${name} of each run`));
  }
  const links = runs.map(({ text, folder, hasReport }) => {
    const outcome = hasReport ? `<a href="${escapeHtml(`${folder}/report.html`)}">${escapeHtml(text)}</a>` : escapeHtml(text);
    return `<li>${outcome} (${escapeHtml(folder)})</li>`;
  });
  return page(title, [
    section('Over the seeds', table(head, body), ...notes.map((note) => `<p>${escapeHtml(note)}</p>`)),
    ...(charts.length === 0 ? [] : [section('Curves', columns(charts))]),
    section('The runs', `<ul>${links.join('')}</ul>`),
  ]);
}
