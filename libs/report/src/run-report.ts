import { shareInterval, type ForgettingEvaluation, type ProbeRow } from '@lethe/evaluation';
import { heatMap, lineChart, startNumbering, type Point } from './charts.js';
import { latentMap, type LatentPlaces } from './latent-map.js';
import { columns, configurationSection, escapeHtml, figure, page, picture, section, table } from './page.js';
import { percent, shownCircumstances, shownInterval, spread } from './shown-figures.js';
import { accuracyInterval, scoredBy, verdict } from './verdict.js';

/** Figures of a round or an epoch, "round" among them. */
export type Figures = Readonly<Record<string, string | number>>;

export interface RunReport {
  readonly title: string;
  readonly evaluation: ForgettingEvaluation;
  readonly config: unknown;
  /** Losses of each round. */
  readonly rounds: readonly Figures[];
  /** Figures of the held-out images after each epoch; perhaps none. */
  readonly epochs: readonly Figures[];
  /** Style grids in order. */
  readonly grids: readonly { readonly label: string; readonly png: Uint8Array }[];
  readonly latents: LatentPlaces;
}

/** More points than a curve has pixels would only make the page larger. */
const POINTS_PER_CURVE = 400;
const MOST_GRIDS = 12;
const FURTHER_FIGURES = ['balanced_accuracy', 'cross_entropy', 'information'] as const;
const DRAWN_FIGURE = /_(loss|mse|accuracy)$/;

/** One self-contained page about a run: nothing on it is fetched from elsewhere. */
export async function runReport({ title, evaluation, config, rounds, epochs, grids, latents }: RunReport): Promise<string> {
  await startNumbering();
  const { classes } = evaluation;
  const floor = floorSentence(evaluation);
  const map = await latentMap(latents, classes);
  const redrawn = await heatMap(evaluation.swap.matrix, classes, { x: 'redrawn as', y: 'was' });
  const film = chosen(grids, MOST_GRIDS).map(({ label, png }) => picture(png, label));
  return page(title, [
    `<div class="verdict">${verdict(evaluation).map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('')}</div>`,
    section(
      'What fresh probes read',
      probeTable(evaluation),
      `<p>Chance is ${percent(evaluation.chance)}; ${escapeHtml(shownCircumstances(evaluation, 'image'))}.</p>`,
      ...(floor === null ? [] : [`<p>${escapeHtml(floor)}.</p>`]),
    ),
    section(
      'Redrawn under every label',
      columns([figure(redrawn, 'share that the judge reads as wanted'), `<div>${redrawTable(evaluation)}</div>`]),
    ),
    ...(grids.length === 0 ? [] : [section('The style grid over time', `<div class="film">${film.join('')}</div>`)]),
    ...(map === null ? [] : [section('Latents of test images', figure(map.svg, `UMAP of ${map.examples} latents, coloured by label`))]),
    section('Curves', columns(await curves(rounds, epochs))),
    configurationSection(config),
  ]);
}

/** Two classes of 60 and 40 of 100 examples are balanced; of 70 and 30 they are not. */
const UNBALANCED = 1.3;

/**
 * What a reader has to know of probes that read shuffled labels above 1 in as many as there are classes; null where classes are about as
 * frequent as each other.
 */
export function floorSentence({ chance, classes }: Pick<ForgettingEvaluation, 'chance' | 'classes'>): string | null {
  if (chance * classes.length <= UNBALANCED) return null;
  return `The classes are unbalanced: always naming the most frequent one is right for ${percent(chance)} of the test examples, ` +
    `where ${classes.length} classes of one size would give ${percent(1 / classes.length)}. ` +
    `A probe that was trained on shuffled labels reads about as much. Only what is read above that was read in the latents`;
}

function probeTable({ probes }: ForgettingEvaluation): string {
  const head = ['probe', 'reads', 'labels', 'accuracy', '95 %', 'test images', 'balanced', 'cross-entropy', 'information', 'AUROC'];
  return table(head, probes.map((row) => [
    row.probe, row.input, row.labels,
    spread(row.seeds.map(({ figures }) => figures.accuracy)), shownInterval(accuracyInterval(row)), String(scoredBy(row)),
    ...FURTHER_FIGURES.map((name) => spread(row.seeds.map(({ figures }) => figures[name]))),
    areasOf(row),
  ]));
}

/** Empty where it is not defined. */
function areasOf({ seeds }: ProbeRow): string {
  const areas = seeds.flatMap(({ figures: { auroc } }) => auroc ?? []);
  return areas.length < seeds.length ? '' : spread(areas);
}

function redrawTable({ swap, reconstruction, style, classes, examples }: ForgettingEvaluation): string {
  const ofMean = reconstruction.of_mean_image;
  const read = (name: string, share: number): string[] => {
    return [name, '', '', percent(share), shownInterval(shareInterval(share, examples.tested))];
  };
  return [
    table(['figure', '', '', 'value', '95 %'], [
      read('read as the other label', swap.off_diagonal),
      read('read as the own label', swap.diagonal),
      read('judge on raw images', swap.judge_accuracy),
      ['reconstruction error', '', '', reconstruction.mean.toFixed(4), ''],
      ...(ofMean === undefined ? [] : [['error of the mean training image', '', '', ofMean.toFixed(4), '']]),
      ['slant kept (correlation)', '', '', style.slant_correlation.toFixed(2), ''],
      ['thickness kept (correlation)', '', '', style.thickness_correlation.toFixed(2), ''],
    ]),
    table(['class', '', '', 'error'], classes.map((name, label) => [name, '', '', reconstruction.per_class[label]?.toFixed(4) ?? ''])),
  ].join('<br>');
}

/** One chart for each figure: their scales differ. */
export async function curves(rounds: readonly Figures[], epochs: readonly Figures[]): Promise<string[]> {
  const names = [...new Set(rounds.flatMap((line) => Object.keys(line)))].filter((name) => DRAWN_FIGURE.test(name));
  return Promise.all(names.map(async (name) => {
    const points = [
      ...chosen(rounds, POINTS_PER_CURVE).map((line) => pointOf(line, name, 'training')),
      ...epochs.map((line) => pointOf(line, `held_out/${name}`, 'held out')),
    ].filter((point): point is Point => point !== null);
    return figure(await lineChart(points, { x: 'round', y: name.replaceAll('_', ' ') }), name.replaceAll('_', ' '));
  }));
}

function pointOf(line: Figures, name: string, series: string): Point | null {
  const [x, y] = [line['round'], line[name]];
  return typeof x === 'number' && typeof y === 'number' && Number.isFinite(y) ? { x, y, series } : null;
}

/** Evenly spaced members, the last among them. */
function chosen<Value>(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))] as Value);
}
