import {
  READINGS, readingOf,
  type AttributeProbeRow, type AttributesEvaluation, type BestReadings, type Estimate, type ForgottenAttribute, type KeptAttribute,
} from '@lethe/evaluation';
import { keptAlone, examplesInWords, READERS, READING_HEADS, shownInput, shownValue } from './attribute-words.js';
import { attributesVerdict } from './attributes-verdict.js';
import { densityChart, startNumbering } from './charts.js';
import { latentMap, type Place } from './latent-map.js';
import { columns, configurationSection, escapeHtml, figure, page, picture, section, table } from './page.js';
import { curves, type Figures } from './run-report.js';
import { IGNORED_MEANS, REDRAWN_HEAD, redrawnRows } from './redrawn-verdict.js';
import { percent, shownCircumstances, shownError, shownInterval } from './shown-figures.js';

/** Features of test examples, as pictures show them. */
export interface ShownFeatures {
  /** Of each example the only number, or its place along the direction in which the features spread most; null: too few to draw. */
  readonly projection: Float64Array | null;
  /** Null: one number only, or too few examples to draw. */
  readonly places: readonly Place[] | null;
  /** Category of each example by the name of each kept and forgotten attribute; negative: not known. */
  readonly categories: Readonly<Record<string, Int32Array>>;
}

export interface AttributesReport {
  readonly title: string;
  readonly evaluation: AttributesEvaluation;
  readonly config: unknown;
  /** Losses of each round. */
  readonly rounds: readonly Figures[];
  /** Figures of the held-out examples after each epoch; perhaps none. */
  readonly epochs: readonly Figures[];
  readonly features: ShownFeatures;
  /** PNG of test examples that are redrawn; null: none are. */
  readonly grid: Uint8Array | null;
}

/** One self-contained page about a run that keeps and forgets attributes. */
export async function attributesReport({ title, evaluation, config, rounds, epochs, features, grid }: AttributesReport): Promise<string> {
  await startNumbering();
  const sections: string[] = [];
  for (const attribute of evaluation.forgotten) sections.push(await forgottenSection(attribute, evaluation, features));
  for (const attribute of evaluation.kept) sections.push(await keptSection(attribute, evaluation, features));
  return page(title, [
    `<div class="verdict">${attributesVerdict(evaluation).map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('')}</div>`,
    section('At a glance', table(GLANCE_HEAD, glance(evaluation)), `<p>${escapeHtml(shownCircumstances(evaluation, 'example'))}.</p>`),
    ...redrawnSection(evaluation, grid),
    ...sections,
    ...ownHeadSection(evaluation),
    section('Curves', columns(await curves(rounds, epochs))),
    configurationSection(config),
  ]);
}

/** Test examples with other values, and what a judge reads in them. */
function redrawnSection({ redrawn, reconstruction, examples }: AttributesEvaluation, grid: Uint8Array | null): string[] {
  const rows = redrawnRows(redrawn ?? []);
  if (rows.length === 0 && grid === null) return [];
  const caption = 'test examples: as they are, rebuilt, and with other values. Between two values and beyond them the decoder is told '
    + 'numbers that no training example has: 1 - a of the one, a of the other, with a above the column.';
  const error = reconstruction === null ? [] : [`<p>${escapeHtml(`Reconstruction: ${shownError(reconstruction.mean, examples)}`)}.</p>`];
  return [section(
    'Redrawn with other values',
    ...(grid === null ? [] : [`<div class="scroll">${picture(grid, caption)}</div>`]),
    ...(rows.length === 0 ? [] : [table(REDRAWN_HEAD, rows), `<p>${escapeHtml(IGNORED_MEANS)}</p>`]),
    ...error,
  )];
}

const GLANCE_HEAD = ['attribute', 'wanted', 'read from', ...READINGS.map((name) => READING_HEADS[name]), 'test examples', 'most frequent'];

/** A row for each attribute and each thing that it was read from, by the best probe of each figure. */
function glance({ forgotten, kept, linear_eraser: eraser }: AttributesEvaluation): string[][] {
  const behindEraser = (name: string, of: 'forgotten' | 'kept'): BestReadings | undefined => (
    eraser?.[of].find((attribute) => attribute.name === name)?.best
  );
  const rowsOf = (
    attribute: ForgottenAttribute | KeptAttribute, wanted: string, from: readonly (readonly [string, BestReadings | undefined])[],
  ): string[][] => from.flatMap(([source, best]) => (best === undefined || READINGS.every((name) => best[name] === null) ? [] : [[
    attribute.name, wanted, source, ...READINGS.map((name) => shownValue(best[name])), String(attribute.tested), percent(attribute.chance),
  ]]));
  const alone = keptAlone(kept.map(({ name }) => name));
  return [
    ...forgotten.flatMap((attribute) => rowsOf(attribute, 'forgotten', [
      ['features', attribute.best], ...attribute.given.map((among) => [`features of ${among.class}`, among.best] as const),
      [alone, attribute.kept_alone], ['raw inputs', attribute.raw],
      ...attribute.given.map((among) => [`raw inputs of ${among.class}`, among.raw] as const),
      ['a linear eraser', behindEraser(attribute.name, 'forgotten')],
    ])),
    ...kept.flatMap((attribute) => rowsOf(attribute, 'kept', [
      ['features', attribute.best], ['raw inputs', attribute.raw], ['a linear eraser', behindEraser(attribute.name, 'kept')],
    ])),
  ];
}

async function forgottenSection(
  attribute: ForgottenAttribute, evaluation: AttributesEvaluation, features: ShownFeatures,
): Promise<string> {
  const { name, probes } = attribute;
  const rows = [...probes, ...(evaluation.linear_eraser?.forgotten.find((erased) => erased.name === name)?.probes ?? [])];
  const drawn = columns(await pictures(attribute, evaluation, features));
  return section(`What fresh probes read of ${name}`, probeTable(rows), `<p>${FLOOR}</p>`, drawn);
}

async function keptSection(attribute: KeptAttribute, evaluation: AttributesEvaluation, features: ShownFeatures): Promise<string> {
  const { name, probes } = attribute;
  const rows = [...probes, ...(evaluation.linear_eraser?.kept.find((erased) => erased.name === name)?.probes ?? [])];
  return section(`What is kept of ${name}`, probeTable(rows), columns(await pictures(attribute, evaluation, features)));
}

/** What a reader has to know of the floor: that of areas is no floor. */
const FLOOR = 'Probes that were trained on shuffled values know nothing: their information, at most about 0, is the floor. Of few ' +
  'numbers their AUROC lies above or below 0.5 by the direction that they took by chance.';

const PROBE_HEAD = [
  'probe', 'reads', 'of', 'AUROC', '95 %', 'balanced', '95 %', 'accuracy', '95 %', 'R2', 'information', 'test examples', 'seeds',
];

function probeTable(rows: readonly AttributeProbeRow[]): string {
  return table(PROBE_HEAD, rows.map((row) => {
    const [area, balanced, accuracy, r2] = READINGS.map((name) => readingOf(row, name));
    const information = row.seeds.reduce((sum, { figures }) => sum + figures.information / row.seeds.length, 0);
    const shown = [area, balanced, accuracy].flatMap((reading) => [shownValue(reading ?? null), shownInterval(reading?.interval ?? null)]);
    const scored = row.seeds.reduce((least, { figures }) => Math.min(least, figures.scored), Infinity);
    return [
      READERS[row.probe].replace(/^an? /, ''), shownInput(row), examplesInWords(row), ...shown, shownValue(r2 ?? null),
      Number.isFinite(information) ? information.toFixed(3) : '', String(scored), String(row.seeds.length),
    ];
  }));
}

/** More groups could not be told apart by their colours. */
const MOST_GROUPS = 20;

async function pictures(
  { name, categories }: ForgottenAttribute | KeptAttribute, { latent_size: size }: AttributesEvaluation, features: ShownFeatures,
): Promise<string[]> {
  const { projection, places, categories: { [name]: groups } } = features;
  if (groups === undefined || categories.length > MOST_GROUPS) return [];
  const drawn: string[] = [];
  if (projection !== null) {
    const values = [...projection].flatMap((value, example) => {
      const group = categories[groups[example] ?? -1];
      return group === undefined || !Number.isFinite(value) ? [] : [{ value, group }];
    });
    const along = size === 1 ? 'the number' : 'along the direction in which the features spread most';
    const chart = await densityChart(values, categories, { x: along, y: 'density' });
    drawn.push(figure(chart, `how the features of ${values.length} test examples are spread, by ${name}`));
  }
  const map = await latentMap({ places, labels: groups }, categories);
  if (map !== null) drawn.push(figure(map.svg, `UMAP of the features of ${map.examples} test examples, by ${name}`));
  return drawn;
}

function ownHeadSection({ own_head: head }: AttributesEvaluation): string[] {
  if (head === null) return [];
  const row = (name: string, by: string, estimate: Estimate | null, examples: string): string[] => (
    [name, by, '', estimate?.value.toFixed(3) ?? '', shownInterval(estimate?.interval ?? null), examples]
  );
  return [section(`What the run's own head makes of ${head.attribute}`, table(['figure', 'by', '', 'value', '95 %', 'test examples'], [
    row('accuracy', '', head.accuracy, ''),
    ...head.treatments.flatMap(({ name, examples, demographic_parity: parity, equalised_odds: odds, groups }) => [
      row('demographic parity difference', name, parity, String(examples)),
      row('equalised-odds difference', name, odds, String(examples)),
      ...groups.map((group) => row('calibration error', `${name}: ${group.name}`, group.calibration_error, String(group.examples))),
    ]),
  ]))];
}
