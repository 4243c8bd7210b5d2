import { describe, expect, it } from 'vitest';
import {
  bestReadings, type AttributeProbeRow, type AttributesEvaluation, type ForgottenAttribute, type KeptAttribute,
  type RedrawnAttribute,
} from '@lethe/evaluation';
import { attributesReport } from './attributes-report.js';
import { attributesVerdict } from './attributes-verdict.js';

type Row = Partial<Omit<AttributeProbeRow, 'seeds'>> & { readonly auroc: number; readonly width?: number };

function rowOf({ auroc, width = 0.01, ...given }: Row): AttributeProbeRow {
  return {
    probe: 'mlp', input: 'latent', labels: 'true', whitened: false, halves: false, given: null, ...given,
    seeds: [{
      seed: 1,
      figures: {
        accuracy: 0.7, accuracy_low: 0.69, accuracy_high: 0.71,
        balanced_accuracy: 0.57, balanced_accuracy_low: 0.56, balanced_accuracy_high: 0.58,
        cross_entropy: 0.6, information: 0.09, auroc, auroc_low: auroc - width, auroc_high: auroc + width, r_squared: null, scored: 15_000,
      },
    }],
  };
}

const sex = { name: 'sex', of: ['sex'], categories: ['Female', 'Male <&>'], is_number: false, tested: 15_000, chance: 0.667 };

/** An attribute by the areas that are read of it. */
function forgotten(features: Row, raw: number, kept: number | null, others: Partial<ForgottenAttribute> = {}): ForgottenAttribute {
  const alone = kept === null ? [] : [rowOf({ auroc: kept, input: 'kept' })];
  const probes = [rowOf(features), rowOf({ auroc: raw, input: 'pixels' }), ...alone];
  const best = (input: AttributeProbeRow['input']): ForgottenAttribute['best'] => bestReadings(probes.filter((row) => row.input === input));
  return {
    ...sex, probes, best: best('latent'), raw: best('pixels'), kept_alone: best('kept'), given: [], ...others,
  };
}

const heads = [rowOf({ auroc: 0.89 }), rowOf({ auroc: 0.91, input: 'pixels', probe: 'boosted-trees' })];
const income: KeptAttribute = {
  name: 'income', categories: ['<=50K', '>50K'], is_number: false, tested: 15_000, chance: 0.76, probes: heads,
  best: bestReadings(heads.slice(0, 1)), raw: bestReadings(heads.slice(1)),
};

function verdictOf(attribute: ForgottenAttribute, fairness: 'parity' | 'odds' = 'parity'): string | undefined {
  return attributesVerdict({ forgotten: [attribute], kept: [income], fairness })[0];
}

describe('what a stranger could still read, in words', () => {
  it('is what the kept attributes tell in any case', () => {
    expect(verdictOf(forgotten({ auroc: 0.605, probe: 'forest' }, 0.93, 0.596))).toBe(
      'Of sex a stranger could read about as much as income alone tells: AUROC 0.605 (95 %: 0.595 to 0.615) by a forest; '
      + 'income alone tells 0.596, raw inputs tell 0.930.',
    );
  });

  it('is more than that, however little', () => {
    expect(verdictOf(forgotten({ auroc: 0.684 }, 0.93, 0.596))).toMatch(
      /^A stranger could still read sex, more than income alone tells: AUROC 0\.684 .* by a perceptron/,
    );
    expect(verdictOf(forgotten({ auroc: 0.55 }, 0.93, null))).toMatch(/^A stranger could still read a little of sex: .*a guess has 0\.500/);
  });

  it('is next to nothing only where enough examples say so', () => {
    expect(verdictOf(forgotten({ auroc: 0.51 }, 0.93, null))).toMatch(/^A stranger could read next to nothing of sex: AUROC 0\.510/);
    expect(verdictOf(forgotten({ auroc: 0.51, width: 0.06 }, 0.93, null))).toMatch(
      /^No verdict on sex, as 15,000 test examples are too few to tell: AUROC 0\.510/,
    );
    expect(verdictOf(forgotten({ auroc: 0.54, width: 0.06 }, 0.93, null))).toMatch(/^No verdict on sex, as 15,000/);
    expect(verdictOf(forgotten({ auroc: 0.51 }, 0.505, null))).toMatch(
      /^No verdict on sex, as the raw inputs themselves do not tell it: AUROC 0\.505/,
    );
    expect(verdictOf({ ...forgotten({ auroc: 0.51 }, 0.9, null), raw: bestReadings([]) })).toMatch(
      /^No verdict on sex, as no probe has read/,
    );
    expect(verdictOf({ ...forgotten({ auroc: 0.51 }, 0.9, null), best: bestReadings([]) })).toBe('Of sex nothing was measured.');
  });

  it('is, with odds, what is read among examples of one class', () => {
    const raw = bestReadings([rowOf({ auroc: 0.9, input: 'pixels' })]);
    const most = bestReadings([rowOf({ auroc: 0.64 })]);
    const given = [{ class: '>50K', best: most, raw }, { class: '<=50K', best: bestReadings([]), raw }];
    expect(verdictOf(forgotten({ auroc: 0.7 }, 0.93, 0.596, { given }), 'odds')).toMatch(
      /^A stranger could still read sex: AUROC 0\.640 .* perceptron among examples of >50K; a guess has 0\.500, raw inputs tell 0\.900/,
    );
  });

  it('is followed by whether redrawing obeys, each way, by how far a judge sees it get', () => {
    const redrawn = (toNo: number, toYes: number, judge: Partial<RedrawnAttribute['judge']> = {}, anyway = 0.1): RedrawnAttribute => ({
      name: 'glasses', categories: ['no', 'yes'], tested: 2000, matrix: [], swap: (toNo + toYes) / 2, rebuilt: 0.95,
      judge: { balanced_accuracy: 0.96, of_each: [0.98, 0.94], ...judge },
      to: [
        { value: 'no', examples: 200, share: toNo, interval: [toNo - 0.01, toNo], before: 0.06, rebuilt: anyway },
        { value: 'yes', examples: 1800, share: toYes, interval: [toYes - 0.01, toYes], before: 0.02, rebuilt: 0.02 },
      ],
    });
    const said = (...shares: Parameters<typeof redrawn>): string | undefined => (
      attributesVerdict({ forgotten: [], kept: [], fairness: 'parity', redrawn: [redrawn(...shares)] })[0]
    );
    expect(said(0.95, 0.9)).toMatch(/^Redrawing obeys glasses both ways: to no 95\.0 % .*; to yes 90\.0 % .*accuracy of 96\.0 %\.$/);
    // The mean of both ways would hide it.
    expect(said(0.949, 0.068)).toBe(
      'Redrawing glasses to yes is ignored; to no is obeyed: to no 94.9 % (95 %: 93.9 to 94.9 %; before 6.0 %); '
      + 'to yes 6.8 % (95 %: 5.8 to 6.8 %; before 2.0 %); the judge reads raw images with a balanced accuracy of 96.0 %.',
    );
    expect(said(0.5, 0.1)).toMatch(/^Redrawing glasses to yes is ignored; to no is obeyed in part: /);
    expect(said(0.95, 0.5)).toMatch(/^Redrawing glasses to yes is obeyed in part; to no is obeyed: /);
    expect(said(0.07, 0.03)).toMatch(/^Redrawing ignores glasses: /);
    expect(said(0.95, 0.1, {}, 0.9)).toMatch(/^Redrawing glasses to yes is ignored; to no shows nothing, as rebuilt images are read so/);
    // A judge that takes few more real ones for a value than others says nothing of the way there.
    const third = { value: 'dark', examples: 2000, share: 0.04, interval: [0.03, 0.05] as const, before: 0.03, rebuilt: 0.03 };
    const known = redrawn(0.95, 0.1, { balanced_accuracy: 0.673, of_each: [0.98, 0.98, 0.06] });
    const three = { ...known, categories: ['no', 'yes', 'dark'], to: [...known.to, third], tested: 2100 };
    expect(attributesVerdict({ forgotten: [], kept: [], fairness: 'parity', redrawn: [three] })[0]).toMatch(
      /^Redrawing glasses to yes is ignored; to no is obeyed; to dark is not judged, as the judge does not tell it: /,
    );
    expect(said(0.95, 0.9, { balanced_accuracy: 0.6 })).toMatch(/^No verdict on redrawing glasses, as the judge itself does not read it: /);
  });

  it('never calls anything fair', () => {
    const all = [0.5, 0.55, 0.7].map((auroc) => verdictOf(forgotten({ auroc }, 0.93, 0.596))).join(' ');
    expect(all).not.toMatch(/fair/i);
  });
});

describe('the report of a run that keeps and forgets', { timeout: 30_000 }, () => {
  const erased = rowOf({ auroc: 0.71, input: 'leace' });
  const evaluation: AttributesEvaluation = {
    kind: 'attributes', rounds: 20, latent_size: 2, fairness: 'parity', is_sampled: true, kept: [income],
    examples: { trained: 30_000, held_out: 0, tested: 15_000, shape: { height: 1, width: 1, channels: 100 } },
    forgotten: [forgotten({ auroc: 0.6 }, 0.93, 0.596)],
    own_head: {
      attribute: 'income', accuracy: { value: 0.843, interval: [0.84, 0.85] },
      treatments: [{
        name: 'sex', examples: 15_000, demographic_parity: { value: 0.12, interval: [0.1, 0.14] }, equalised_odds: null,
        groups: [{ name: 'Female', examples: 5000, calibration_error: { value: 0.02, interval: [0.01, 0.03] } }],
      }],
    },
    linear_eraser: {
      forgotten: [{ name: 'sex', probes: [erased], best: bestReadings([erased]), given: [] }],
      kept: [],
    },
    reconstruction: null,
  };
  const groups = Int32Array.from({ length: 60 }, (_, index) => (index === 7 ? -1 : index % 2));
  const features = {
    projection: Float64Array.from(groups, (group, index) => group + Math.sin(index)),
    places: Array.from(groups, (_, example) => ({ example, x: Math.sin(example), y: Math.cos(example) })),
    categories: { sex: groups, income: groups },
  };
  const report = { title: 'run & co', evaluation, config: { seed: 1 }, rounds: [], epochs: [], features, grid: null };

  it('is one page with a table, a read-out and a map of each attribute, that fetches nothing and escapes what it shows', async () => {
    const html = await attributesReport(report);
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:)[^"#]/);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    expect(html).not.toMatch(/\bfair/i);
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html).toContain('Male &lt;&amp;&gt;');
    expect(html).toContain('What fresh probes read of sex');
    expect(html).toContain('how the features of 59 test examples are spread, by sex');
    expect(html).toContain('UMAP of the features of 60 test examples, by income');
    expect(html).toMatch(/<td>sex<\/td><td>forgotten<\/td><td>a linear eraser<\/td><td>0\.710<\/td>/);
    expect(html).toMatch(/<td>demographic parity difference<\/td><td>sex<\/td><td><\/td><td>0\.120<\/td><td>0\.100 to 0\.140<\/td>/);
  });

  it('shows test examples with other values, and a row for each way that they are redrawn', async () => {
    const grid = Buffer.from('a picture');
    const images = { ...evaluation.examples, shape: { height: 8, width: 8, channels: 3 } };
    const to = [{ value: 'Female', share: 0.9 }, { value: 'Male <&>', share: 0.04 }].map((one): RedrawnAttribute['to'][number] => (
      { ...one, examples: 100, interval: [0, 1], before: 0.02, rebuilt: 0.03 }
    ));
    const redrawn = [{
      name: 'sex', categories: sex.categories, tested: 200, judge: { balanced_accuracy: 0.97, of_each: [0.96, 0.98] },
      matrix: [], swap: 0.47, rebuilt: 1, to,
    }];
    const html = await attributesReport({
      ...report, grid, evaluation: { ...evaluation, examples: images, redrawn, reconstruction: { mean: 0.01, of_mean: 0.3 } },
    });
    expect(html).toContain(grid.toString('base64'));
    expect(html).toMatch(/<td>sex<\/td><td>Male &lt;&amp;&gt;<\/td><td>ignored<\/td><td>4\.0 %<\/td>/);
    expect(html).toMatch(/<td>sex<\/td><td>Female<\/td><td>obeyed<\/td><td>90\.0 %<\/td>/);
    expect(html).toContain('PSNR 26.0 dB');
    expect(html).toContain('Redrawing sex to Male &lt;&amp;&gt; is ignored; to Female is obeyed');
  });

  it('is the same again, and goes without a map where there is one number only', async () => {
    expect(await attributesReport(report)).toBe(await attributesReport(report));
    const one = { ...evaluation, latent_size: 1 };
    const html = await attributesReport({ ...report, evaluation: one, features: { ...features, places: null } });
    expect(html).not.toContain('UMAP');
    expect(html).toContain('the number');
  });
});
