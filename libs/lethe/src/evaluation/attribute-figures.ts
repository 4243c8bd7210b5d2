import { fairnessOf, figuresOf, type RunConfig } from '@lethe/config';
import { combinationName } from '@lethe/data';
import {
  largestGiven, peakSignalToNoise, READINGS, redrawnIntervals,
  type AttributesEvaluation, type BestReadings, type Estimate, type Interval, type ReadingName, type RedrawnAttribute,
  type ToldAttribute,
} from '@lethe/evaluation';

/** How the names of figures end. */
const SUFFIX: Readonly<Record<ReadingName, string>> = {
  auroc: 'auroc', balanced_accuracy: 'balanced', accuracy: 'accuracy', r_squared: 'r2',
};
/** Of the best probe among examples of one class of the label, of that class in which most is read. */
const GIVEN = 'given_auroc';
/** The largest differences between groups over all forgotten attributes. */
const [PARITY_GAP, ODDS_GAP] = ['parity_gap', 'odds_gap'];
const RECONSTRUCTION = 'reconstruction_mse';
/** The same as a ratio, of images. */
const RECONSTRUCTION_PSNR = 'reconstruction_psnr';
/** Of a redrawn attribute: of the value that images take least, and of the judge on raw images. */
const [LEAST, JUDGE] = ['least', 'judge'];

/** Each figure with the interval that it has; null: none. */
export type FiguresWithIntervals = readonly (readonly [name: string, value: number, interval: Interval | null])[];

/** The figures of a run that keeps and forgets attributes: by the best probe of each. */
export function attributeFigures(evaluation: AttributesEvaluation): FiguresWithIntervals {
  const { kept, forgotten, own_head: head, redrawn, reconstruction } = evaluation;
  const treatments = head?.treatments ?? [];
  const gaps = [
    [PARITY_GAP, largest(treatments.map((treatment) => treatment.demographic_parity))],
    [ODDS_GAP, largest(treatments.map((treatment) => treatment.equalised_odds))],
  ] as const;
  return [
    ...kept.flatMap(({ name, best }) => readFigures(keptName(name), best)),
    ...forgotten.flatMap(({ name, best, given }) => [
      ...readFigures(forgottenName(name), best), ...givenFigure(forgottenName(name), given),
    ]),
    ...gaps.flatMap(([name, gap]) => (gap === null ? [] : [[name, gap.value, gap.interval] as const])),
    ...(redrawn ?? []).flatMap(redrawnFigures),
    ...(reconstruction === null ? [] : [[RECONSTRUCTION, reconstruction.mean, null] as const]),
    ...signalToNoise(evaluation),
  ];
}

function signalToNoise(evaluation: AttributesEvaluation): FiguresWithIntervals {
  const { reconstruction } = evaluation;
  // Earlier versions did not say what they had measured on.
  if (reconstruction === null || !('examples' in evaluation)) return [];
  const ratio = peakSignalToNoise(reconstruction.mean, evaluation.examples);
  return ratio === null ? [] : [[RECONSTRUCTION_PSNR, ratio, null]];
}

/** The mean over all directions, each of them, the least of them, and what the judge reads of raw images. */
function redrawnFigures(attribute: RedrawnAttribute): FiguresWithIntervals {
  const { name, swap, to, judge } = attribute;
  const [figure, intervals] = [swapName(name), redrawnIntervals(attribute)];
  const [least] = to.filter(({ examples }) => examples > 0).sort((one, other) => one.share - other.share);
  return [
    [figure, swap, intervals.swap],
    ...to.map(({ value, share, interval }) => [directionName(name, value), share, interval] as const),
    ...(least === undefined ? [] : [[`${figure}_${LEAST}`, least.share, least.interval] as const]),
    [`${figure}_${JUDGE}`, judge.balanced_accuracy, intervals.judge],
  ];
}

function readFigures(prefix: string, best: BestReadings): FiguresWithIntervals {
  return READINGS.flatMap((name) => {
    const reading = best[name];
    return reading === null ? [] : [[`${prefix}_${SUFFIX[name]}`, reading.value, reading.interval] as const];
  });
}

/** None where nothing is read class by class. */
function givenFigure(prefix: string, given: Parameters<typeof largestGiven>[0]): FiguresWithIntervals {
  const most = largestGiven(given);
  return most === null ? [] : [[`${prefix}_${GIVEN}`, most.value, most.interval]];
}

function largest(estimates: readonly (Estimate | null)[]): Estimate | null {
  return estimates.reduce((most, estimate) => (
    estimate !== null && (most === null || estimate.value > most.value) ? estimate : most
  ), null);
}

/** What the figures are compared with: what raw inputs tell, what is left behind a linear eraser, and the most frequent category. */
export function attributeReferences({ kept, forgotten, linear_eraser: eraser }: AttributesEvaluation): FiguresWithIntervals {
  return [
    ...kept.flatMap(({ name, chance, raw }) => [
      [`chance_${keptName(name)}`, chance, null] as const, ...readFigures(`raw_${keptName(name)}`, raw),
    ]),
    ...forgotten.flatMap(({ name, raw, kept_alone: alone, given }) => [
      ...readFigures(`raw_${forgottenName(name)}`, raw), ...readFigures(`alone_${forgottenName(name)}`, alone),
      ...givenFigure(`raw_${forgottenName(name)}`, given.map((of) => ({ ...of, best: of.raw }))),
    ]),
    ...(eraser?.kept ?? []).flatMap(({ name, best }) => readFigures(`eraser_${keptName(name)}`, best)),
    ...(eraser?.forgotten ?? []).flatMap(({ name, best, given }) => [
      ...readFigures(`eraser_${forgottenName(name)}`, best), ...givenFigure(`eraser_${forgottenName(name)}`, given),
    ]),
  ];
}

/**
 * Names of the figures that runs with this configuration may have; which of them a number or a category has only its data know.
 * @param directions those of redrawing to each value, which the data know as well
 */
export function attributeFigureNames(config: RunConfig, directions: readonly string[]): string[] {
  const { keep, forget, kind } = config.data;
  const isRebuilt = figuresOf(config).includes(RECONSTRUCTION);
  const isRedrawn = isRebuilt && kind !== 'table';
  const combination = forget.length > 1 ? [combinationName(forget)] : [];
  return [
    ...keep.flatMap((name) => READINGS.map((reading) => `${keptName(name)}_${SUFFIX[reading]}`)),
    ...[...forget, ...combination].flatMap((name) => [
      ...READINGS.map((reading) => `${forgottenName(name)}_${SUFFIX[reading]}`),
      ...(fairnessOf(config) === 'odds' ? [`${forgottenName(name)}_${GIVEN}`] : []),
    ]),
    ...(keep.length === 0 ? [] : [PARITY_GAP, ODDS_GAP]),
    ...(isRebuilt ? [RECONSTRUCTION] : []),
    ...(isRedrawn ? [
      RECONSTRUCTION_PSNR, ...forget.flatMap((name) => [swapName(name), `${swapName(name)}_${LEAST}`, `${swapName(name)}_${JUDGE}`]),
      ...directions,
    ] : []),
  ];
}

/** Names of the figures of redrawing to each value of what a decoder is told. */
export function directionNames(told: readonly ToldAttribute[]): string[] {
  return told.flatMap(({ name, categories }) => categories.map((value) => directionName(name, value)));
}

/** Whether a figure may be one of these: their values are known to the data alone. */
export function isDirection(figure: string): boolean {
  return /^swap_.+_to_.+$/.test(figure);
}

/** The figures that the trials of a sweep are weighed by: what is kept against what is read of a forgotten attribute. */
export interface Weighing {
  readonly kept: KeptWeight;
  readonly forgotten: { readonly name: string; readonly figure: string };
}

/** What is kept of an attribute, or, where nothing is kept by name, how well an example is rebuilt. */
interface KeptWeight {
  readonly figure: string;
  readonly higherIsBetter: boolean;
  /** Of the figure, on the axis of a chart. */
  readonly title: string;
  /** What is reached without looking at an example; null: that is not measured. */
  readonly blind: { readonly title: string; readonly figure: string | number } | null;
}

/** Each forgotten attribute against the first kept one, out of the names of the figures that trials have. */
export function weighings(figures: readonly string[]): Weighing[] {
  const kept = keptWeight(figures);
  if (kept === null) return [];
  const forgotten = figures.flatMap((figure) => /^forgotten_(.+?)(?:_given)?_auroc$/.exec(figure)?.slice(1) ?? []);
  return [...new Set(forgotten)].map((name) => {
    const given = `${forgottenName(name)}_${GIVEN}`;
    return { kept, forgotten: { name, figure: figures.includes(given) ? given : `${forgottenName(name)}_auroc` } };
  });
}

function keptWeight(figures: readonly string[]): KeptWeight | null {
  const name = figures.flatMap((figure) => /^kept_(.+)_accuracy$/.exec(figure)?.slice(1) ?? [])[0];
  if (name !== undefined) {
    const number = `${keptName(name)}_r2`;
    // A number has both: its accuracy is that of the ten parts that probes read.
    return figures.includes(number)
      ? { figure: number, higherIsBetter: true, title: `R2 of fresh heads of ${name}`, blind: { title: 'always the mean', figure: 0 } }
      : {
        figure: `${keptName(name)}_accuracy`, higherIsBetter: true, title: `accuracy of fresh heads of ${name}`,
        blind: { title: 'always the most frequent', figure: `chance_${keptName(name)}` },
      };
  }
  if (!figures.includes(RECONSTRUCTION)) return null;
  return { figure: RECONSTRUCTION, higherIsBetter: false, title: 'reconstruction error', blind: null };
}

/** Figures of these games that a terminal has room for: what decides, of each attribute. @param extent all: everything that is measured */
export function shownAttributeFigures(figures: readonly string[], extent: 'main' | 'all'): string[] {
  const all = withoutIntervals(figures);
  const own = all.filter((name) => /^(kept|forgotten)_.+_(auroc|balanced|accuracy|r2)$|^(parity|odds)_gap$|^swap_.+$/.test(name));
  if (extent === 'all') return own;
  return own.filter((name) => /^kept_.+_(accuracy|r2)$|^forgotten_.+_auroc$|_gap$|^swap_.+_least$/.test(name));
}

/** Without the ends of intervals. A figure of a value that is called "low" is none of them: there is none without that word. */
export function withoutIntervals(figures: readonly string[]): string[] {
  const all = new Set(figures);
  return figures.filter((name) => !all.has(name.replace(/_(low|high)$/, '')) || !/_(low|high)$/.test(name));
}

function directionName(attribute: string, value: string): string {
  return `${swapName(attribute)}_to_${value.replaceAll(/\s+/g, '_')}`;
}

function swapName(attribute: string): string {
  return `swap_${attribute.replaceAll(/\s+/g, '_')}`;
}

function keptName(attribute: string): string {
  return `kept_${attribute.replaceAll(/\s+/g, '_')}`;
}

function forgottenName(attribute: string): string {
  return `forgotten_${attribute.replaceAll(/\s+/g, '_')}`;
}
