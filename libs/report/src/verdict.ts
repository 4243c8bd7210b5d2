import { shareInterval, type ForgettingEvaluation, type Interval, type ProbeRow } from '@lethe/evaluation';
import { formatCount } from '@lethe/telemetry';
import { percent, shownPercents } from './shown-figures.js';

/** A probe that is farther above chance still reads the label. */
const MARGIN = 0.02;
/** Farthest above chance that a probe may read in truth, by its interval, where the label counts as forgotten. */
const MOST_UNCERTAIN = 0.05;
/** Least share of redrawn images read as wanted with which redrawing counts as working. */
const SWAPS = 0.9;
/** A probe that keeps less than this part of what raw images show reads little. */
const LITTLE = 0.2;
/** An interval that is wider says too little of which side of that share the truth lies. */
const WIDEST = 0.1;

/** What the sentences are made of. */
export type Judged = Pick<ForgettingEvaluation, 'chance' | 'probes' | 'swap' | 'examples'>;

/** Two sentences: whether the label is forgotten, and whether redrawing works; or why nothing can be said of it. */
export function verdict(evaluation: Judged): [string, string] {
  return [whatIsForgotten(evaluation).full, whatIsRedrawn(evaluation).full];
}

/** The same in plain words, for where the figures stand beside. */
export function plainVerdict(evaluation: Judged): [string, string] {
  return [whatIsForgotten(evaluation).plain, whatIsRedrawn(evaluation).plain];
}

/** A judgement with its evidence, and without. */
interface Judgement { readonly full: string; readonly plain: string }

/** How well something reads the label of the test images. */
export interface Reading {
  readonly by: string;
  readonly share: number;
  readonly interval: Interval;
  readonly images: number;
}

/** The best of the fresh probes that have read the label of the test images from the latents. */
export interface BestProbe extends Reading {
  /** How many kinds of probes it is the best of. */
  readonly kinds: number;
  readonly seeds: number;
}

/** Null if none has a finite figure. */
export function bestProbe({ probes }: Pick<Judged, 'probes'>): BestProbe | null {
  const found = readings(probes, 'latent');
  const best = bestOf(found);
  const row = probes.find(({ probe, input, labels }) => probe === best?.by && input === 'latent' && labels === 'true');
  return best === null || row === undefined ? null : { ...best, kinds: found.length, seeds: row.seeds.length };
}

function whatIsForgotten(evaluation: Judged): Judgement {
  const { chance, probes } = evaluation;
  const latent = readings(probes, 'latent');
  const best = bestOf(latent);
  if (best === null) return { full: 'Nothing was measured.', plain: 'Nothing was measured.' };
  const byChance = percent(chance);
  if (best.share > chance + MARGIN && best.interval[0] > chance) {
    const linear = latent.find(({ by }) => by === 'linear');
    const hidden = linear !== undefined && linear.share <= chance + MARGIN ? ' A linear probe alone would not show it.' : '';
    const pixels = bestOf(readings(probes, 'pixels'));
    const isLittle = pixels !== null && best.share - chance < LITTLE * (pixels.share - chance);
    const much = isLittle ? 'a little of the label, far less than the raw images show' : 'the label';
    return {
      full: `Not forgotten: a fresh probe (${best.by}) still reads the label with ${shown(best)}; chance is ${byChance}.${hidden}`,
      plain: `Not forgotten: from what the encoder keeps, a fresh probe still reads ${much}.${hidden}`,
    };
  }
  const found = `the best fresh probe (${best.by}) reads the label with ${shown(best)}, ` +
    `always naming the most frequent class gives ${byChance}`;
  const why = whyNoVerdict(evaluation, best);
  if (why !== null) return { full: `No verdict on forgetting: ${why}; ${found}.`, plain: `No verdict on forgetting: ${why}.` };
  return {
    full: `Forgotten: ${found}.`,
    plain: 'Forgotten: from what the encoder keeps, no fresh probe reads the label better than by chance.',
  };
}

/** What is missing for saying that the label is forgotten; null: nothing is. */
function whyNoVerdict({ chance, probes, swap, examples }: Judged, best: Reading): string | null {
  const pixels = bestOf(readings(probes, 'pixels'));
  if (pixels === null) return 'no fresh probe has read the raw images, so that nothing shows what could be forgotten';
  const raw = 'the raw images themselves are not read above chance';
  if (!isAbove(pixels, chance)) return `${raw} (${pixels.by} on raw pixels: ${shown(pixels)})`;
  const judge = judgeReading(swap, examples.tested);
  if (!isAbove(judge, chance)) return `${raw} (${judge.by}: ${shown(judge)})`;
  if (best.interval[1] > chance + MOST_UNCERTAIN || best.share > chance + MARGIN) {
    return `too few test images, with which a probe of ${shownPercents(best.interval)} cannot be told apart ` +
      `(about ${formatCount(imagesFor(chance))} would do)`;
  }
  if (best.interval[1] < pixels.interval[0]) return null;
  return `the latents read no worse than raw pixels do (${pixels.by}: ${shown(pixels)})`;
}

/** Test images with which the interval of a probe that reads by chance ends `MOST_UNCERTAIN` above it, to the next hundred. */
function imagesFor(chance: number): number {
  let images = 100;
  while (shareInterval(chance, images)[1] > Math.min(1, chance + MOST_UNCERTAIN)) images += 100;
  return images;
}

function whatIsRedrawn({ chance, swap, examples }: Judged): Judgement {
  const judge = judgeReading(swap, examples.tested);
  if (!isAbove(judge, chance)) {
    const why = `No verdict on redrawing: ${judge.by} reads raw images with ${shown(judge)}, ` +
      `always naming the most frequent class gives ${percent(chance)}.`;
    return { full: why, plain: why };
  }
  const share = swap.off_diagonal;
  const obeyed: Reading = { by: judge.by, share, interval: shareInterval(share, examples.tested), images: examples.tested };
  const read = `${shown(obeyed)} are read as that label by a judge that reads raw images with ${percent(judge.share)}`;
  const [low, high] = obeyed.interval;
  if (high - low > WIDEST && low < SWAPS && high > SWAPS) {
    const why = 'No verdict on redrawing: too few test images';
    return { full: `${why}; of those redrawn under another label, ${read}.`, plain: `${why}.` };
  }
  if (obeyed.share < SWAPS) {
    const claim = 'Redrawing does not obey the label';
    return { full: `${claim}: only ${read}.`, plain: `${claim}: too few images redrawn under another label are read as that label.` };
  }
  return {
    full: `Redrawing obeys the label: of test images redrawn under another label, ${read}.`,
    plain: 'Redrawing obeys the label: images redrawn under another label are read as that label.',
  };
}

function isAbove({ interval: [low] }: Reading, chance: number): boolean {
  return low > chance;
}

function judgeReading({ judge_accuracy: share }: Judged['swap'], images: number): Reading {
  return { by: 'the judge', share, interval: shareInterval(share, images), images };
}

/** Probes whose figures are finite, on vectors with their true labels. */
function readings(probes: readonly ProbeRow[], input: ProbeRow['input']): Reading[] {
  return probes.filter((row) => row.input === input && row.labels === 'true').map((row): Reading => {
    const [share, images] = [accuracyOf(row), scoredBy(row)];
    return { by: row.probe, share, interval: shareInterval(share, images), images };
  }).filter(({ share }) => Number.isFinite(share));
}

function bestOf([first, ...others]: readonly Reading[]): Reading | null {
  return first === undefined ? null : others.reduce((found, reading) => (reading.share > found.share ? reading : found), first);
}

/** "84.0 % (95 %: 83.3 to 84.7 %, of 10,000 test images)". */
function shown({ share, interval, images }: Reading): string {
  return `${percent(share)} (95 %: ${shownPercents(interval)}, of ${formatCount(images)} test images)`;
}

function accuracyOf({ seeds }: ProbeRow): number {
  return seeds.reduce((sum, { figures }) => sum + figures.accuracy, 0) / seeds.length;
}

/** Test images that all seeds of a probe were scored on. */
export function scoredBy({ seeds }: ProbeRow): number {
  return seeds.reduce((least, { figures }) => Math.min(least, figures.scored), Infinity);
}

/** The interval of the mean accuracy over the seeds of a probe. Seeds share their test images: more of them do not narrow it. */
export function accuracyInterval(row: ProbeRow): Interval {
  return shareInterval(accuracyOf(row), scoredBy(row));
}
