import type { ForgettingEvaluation, ProbeRow } from '@lethe/evaluation';

/** A probe that is farther above chance still reads the label. Three standard errors of 10,000 test images are 0.01. */
const MARGIN = 0.02;
/** Least share of redrawn images read as wanted with which redrawing counts as working. */
const SWAPS = 0.9;

/** Two sentences: whether the label is forgotten, and whether redrawing works. */
export function verdict(evaluation: Pick<ForgettingEvaluation, 'chance' | 'probes' | 'swap'>): [string, string] {
  return [whatIsForgotten(evaluation), whatIsRedrawn(evaluation.swap)];
}

function whatIsForgotten({ chance, probes }: Pick<ForgettingEvaluation, 'chance' | 'probes'>): string {
  const latent = probes.filter((row) => row.input === 'latent' && row.labels === 'true' && Number.isFinite(accuracyOf(row)));
  const [first, ...others] = latent;
  if (first === undefined) return 'Nothing was measured.';
  const best = others.reduce((found, row) => (accuracyOf(row) > accuracyOf(found) ? row : found), first);
  const [read, byChance] = [percent(accuracyOf(best)), percent(chance)];
  if (accuracyOf(best) <= chance + MARGIN) {
    const probe = `the best fresh probe (${best.probe}) reads the label with ${read}`;
    return `Forgotten: ${probe}, always naming the most frequent class gives ${byChance}.`;
  }
  const linear = latent.find(({ probe }) => probe === 'linear');
  const hidden = linear !== undefined && accuracyOf(linear) <= chance + MARGIN ? ' Only linear probes are fooled.' : '';
  return `Not forgotten: a fresh probe (${best.probe}) still reads the label with ${read}; chance is ${byChance}.${hidden}`;
}

function whatIsRedrawn({ off_diagonal: obeyed, judge_accuracy: judge }: ForgettingEvaluation['swap']): string {
  const read = `${percent(obeyed)} are read as that label by a judge that reads raw images with ${percent(judge)}`;
  if (obeyed < SWAPS) return `Redrawing does not obey the label: only ${read}.`;
  return `Redrawing obeys the label: of test images redrawn under another label, ${read}.`;
}

function accuracyOf({ seeds }: ProbeRow): number {
  return mean(seeds.map(({ figures }) => figures.accuracy));
}

/** The mean; NaN for an empty list. */
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
