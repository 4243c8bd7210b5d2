import type { ForgettingEvaluation, ProbeRow } from './run-evaluation.js';

/** How far above chance a probe may be before something is left: three standard errors of 10,000 test images are 0.01. */
const MARGIN = 0.02;
/** Share of redrawn images read as wanted from which on redrawing is said to work. */
const SWAPS = 0.9;

/** Two sentences in plain words: what is and is not forgotten, and whether redrawing works. */
export function verdict(evaluation: Pick<ForgettingEvaluation, 'chance' | 'probes' | 'swap'>): [string, string] {
  return [whatIsForgotten(evaluation), whatIsRedrawn(evaluation.swap)];
}

function whatIsForgotten({ chance, probes }: Pick<ForgettingEvaluation, 'chance' | 'probes'>): string {
  const latent = probes.filter((row) => row.input === 'latent' && row.labels === 'true' && Number.isFinite(accuracyOf(row)));
  const [first, ...others] = latent;
  if (first === undefined) return 'Nothing was measured.';
  const best = others.reduce((found, row) => (accuracyOf(row) > accuracyOf(found) ? row : found), first);
  const [read, byChance] = [percent(accuracyOf(best)), percent(chance)];
  if (accuracyOf(best) <= chance + MARGIN) return `Forgotten: the best fresh probe (${best.probe}) reads the label with ${read}, always naming the most frequent class gives ${byChance}.`;
  const linear = latent.find(({ probe }) => probe === 'linear');
  const hidden = linear !== undefined && accuracyOf(linear) <= chance + MARGIN ? ' Only linear probes are fooled.' : '';
  return `Not forgotten: a fresh probe (${best.probe}) still reads the label with ${read}; chance is ${byChance}.${hidden}`;
}

function whatIsRedrawn({ off_diagonal: obeyed, judge_accuracy: judge }: ForgettingEvaluation['swap']): string {
  const measured = `of test images redrawn under another label, ${percent(obeyed)} are read as that label by a judge that reads raw images with ${percent(judge)}`;
  return obeyed >= SWAPS ? `Redrawing obeys the label: ${measured}.` : `Redrawing does not obey the label: only ${percent(obeyed)} ${measured.slice(measured.indexOf('are read'))}.`;
}

function accuracyOf({ seeds }: ProbeRow): number {
  return mean(seeds.map(({ figures }) => figures.accuracy));
}

/** Of an empty list, not a number. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** "83.5 %". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** "0.835 ±0.004": the mean and the largest distance from it. */
export function spread(values: readonly number[]): string {
  const middle = mean(values);
  const most = values.reduce((furthest, value) => Math.max(furthest, Math.abs(value - middle)), 0);
  return values.length > 1 ? `${middle.toFixed(3)} ±${most.toFixed(3)}` : middle.toFixed(3);
}
