import { describe, expect, it } from 'vitest';
import type { ForgettingEvaluation, ProbeRow } from '@lethe/evaluation';
import { floorSentence, runReport } from './run-report.js';
import { leftOut } from './adaptation-report.js';
import { onPlane } from './latent-map.js';
import { shownExamples, spread } from './shown-figures.js';
import { verdict } from './verdict.js';

/** Nobody ends what has it. */
const NEVER = new AbortController().signal;

type Probed = Pick<ProbeRow, 'probe' | 'input'> & { readonly scored?: number };

function rowOf({ probe, input, scored = 10_000 }: Probed, ...accuracies: number[]): ProbeRow {
  return {
    probe, input, labels: 'true',
    seeds: accuracies.map(
      (accuracy, seed) => (
        { seed, figures: { accuracy, balanced_accuracy: accuracy, cross_entropy: 1, information: 1.3, auroc: 0.5, scored } }
      ),
    ),
  };
}

function row(probe: ProbeRow['probe'], ...accuracies: number[]): ProbeRow {
  return rowOf({ probe, input: 'latent' }, ...accuracies);
}

const pixels = rowOf({ probe: 'mlp', input: 'pixels' }, 0.98);
const swap = { judge_accuracy: 0.991, matrix: [[1, 0.9], [0.8, 1]], off_diagonal: 0.95, diagonal: 1 };
const examples = { trained: 55_000, held_out: 5000, tested: 10_000, shape: { height: 28, width: 28, channels: 1 } };
const common = { chance: 0.114, swap, examples };

describe('what a run has forgotten, in words', () => {
  it('is nothing where a probe still reads the label', () => {
    const [forgotten, redrawn] = verdict({
      ...common, probes: [row('linear', 0.7), row('mlp', 0.83, 0.85), row('neighbours', 0.8), pixels],
    });
    expect(forgotten).toBe(
      'Not forgotten: a fresh probe (mlp) still reads the label with 84.0 % (95 %: 83.3 to 84.7 %, of 10,000 test images); '
      + 'chance is 11.4 %.',
    );
    expect(redrawn).toBe(
      'Redrawing obeys the label: of test images redrawn under another label, 95.0 % (95 %: 94.6 to 95.4 %, of 10,000 test images) '
      + 'are read as that label by a judge that reads raw images with 99.1 %.',
    );
  });

  it('is hidden where only a linear probe fails', () => {
    expect(
      verdict({ ...common, probes: [row('linear', 0.114), row('mlp', 0.7), row('neighbours', 0.8), pixels] })[0],
    ).toMatch(/Not forgotten: .*neighbours.*80\.0 %.*A linear probe alone would not show it/);
  });

  it('is the label where no probe beats chance, and says where redrawing fails', () => {
    const [forgotten, redrawn] = verdict({
      ...common, swap: { ...swap, off_diagonal: 0.2 }, probes: [row('linear', 0.11), row('mlp', 0.12), row('neighbours', 0.115), pixels],
    });
    expect(forgotten).toMatch(/^Forgotten: .*\(mlp\).*12\.0 %.*11\.4 %/);
    expect(redrawn).toMatch(/^Redrawing does not obey the label: only 20\.0 % .* are read/);
  });

  it('leaves out a probe whose figures are not finite', () => {
    expect(
      verdict({ ...common, probes: [row('linear', Number.NaN), row('mlp', 0.83)] })[0],
    ).toMatch(/^Not forgotten: .*\(mlp\).*83\.0 %/);
  });

  it('is nothing that can be said where nobody reads the images: all are black', () => {
    const black = { chance: 0.5, swap: { ...swap, judge_accuracy: 0.5, off_diagonal: 0.5 }, examples: { ...examples, tested: 4000 } };
    const [forgotten, redrawn] = verdict({
      ...black, probes: [row('mlp', 0.5), row('linear', 0.49), rowOf({ probe: 'mlp', input: 'pixels', scored: 4000 }, 0.505)],
    });
    expect(forgotten).toMatch(
      /^No verdict on forgetting: the raw images themselves are not read above chance \(mlp on raw pixels: 50\.5 % \(95 %: 49\.0 to/,
    );
    expect(redrawn).toMatch(/^No verdict on redrawing: the judge reads raw images with 50\.0 % .* most frequent class gives 50\.0 %/);
    // A probe reads them, but not the judge.
    expect(verdict({ ...black, probes: [row('mlp', 0.5), pixels] })[0]).toMatch(/^No verdict on forgetting: .*\(the judge: 50\.0 %/);
    expect(verdict({ ...common, probes: [row('mlp', 0.11)] })[0]).toMatch(/^No verdict on forgetting: no fresh probe has read the raw/);
  });

  it('is nothing that can be said with too few test images, and says how many would do', () => {
    const few = {
      chance: 0.5, swap: { ...swap, judge_accuracy: 0.95, off_diagonal: 0.88 }, examples: { ...examples, tested: 40 },
    };
    const raw = rowOf({ probe: 'mlp', input: 'pixels', scored: 40 }, 0.95);
    for (const share of [0.5, 0.6]) {
      expect(verdict({ ...few, probes: [rowOf({ probe: 'mlp', input: 'latent', scored: 40 }, share), raw] })[0]).toMatch(
        /^No verdict on forgetting: too few test images, .* cannot be told apart \(about 400 would do\); .*of 40 test images/,
      );
    }
    expect(verdict({ ...few, probes: [rowOf({ probe: 'mlp', input: 'latent', scored: 40 }, 0.8), raw] })[0]).toMatch(/^Not forgotten: /);
    expect(verdict({ ...few, probes: [raw, rowOf({ probe: 'mlp', input: 'latent', scored: 40 }, 0.5)] })[1]).toMatch(
      /^No verdict on redrawing: too few test images; .* 88\.0 % \(95 %: 74\.\d to 94\.\d %, of 40 test images\)/,
    );
  });

  it('is nothing that can be said where raw pixels tell hardly more than latents', () => {
    const hard = { chance: 0.5, swap: { ...swap, judge_accuracy: 0.9 }, examples };
    expect(verdict({ ...hard, probes: [row('mlp', 0.505), rowOf({ probe: 'mlp', input: 'pixels' }, 0.515)] })[0]).toMatch(
      /^No verdict on forgetting: the latents read no worse than raw pixels do/,
    );
  });

  it('comes with the spread over seeds', () => {
    expect(spread([0.8, 0.9])).toBe('0.850 ±0.050');
    expect(spread([0.8])).toBe('0.800');
  });
});

describe('the floor of what probes read', () => {
  it('is said where it is above that of balanced classes', () => {
    expect(floorSentence({ chance: 0.708, classes: ['no', 'yes'] })).toMatch(
      /most frequent one is right for 70\.8 % of the test examples, where 2 classes of one size would give 50\.0 %/,
    );
    expect(floorSentence({ chance: 0.1135, classes: Array.from({ length: 10 }, (_, digit) => String(digit)) })).toBeNull();
  });
});

describe('the examples of a run, in words', () => {
  it('are those that it learnt from, was watched and tested on, and how they were read', () => {
    expect(shownExamples(examples)).toBe('55,000 examples trained on, 5,000 held out, 10,000 tested, read as 28 x 28 pixels in grey');
    expect(shownExamples({ ...examples, shape: { height: 24, width: 24, channels: 3 } })).toMatch(/24 x 24 pixels in colour$/);
    expect(shownExamples({ ...examples, shape: { height: 1, width: 1, channels: 13 } })).toMatch(/read as 13 numbers each$/);
  });
});

describe('what the figures of a domain leave out', () => {
  const figures = {
    training_examples: 9, examples: 100, labelled: 59, accuracy: 0.5, accuracy_interval: [0.4, 0.6], auroc: null, auroc_interval: null,
    confusion: [],
  } as const;

  it('is named with its labels and counts', () => {
    const domains = [
      { ...figures, name: 'lab', unreadable: 0, other_labels: [] },
      { ...figures, name: 'clinic', unreadable: 1, other_labels: [{ name: 'y', count: 40 }, { name: 'z', count: 1 }] },
    ];
    expect(leftOut({ domains })).toEqual([
      '41 test examples of clinic with labels that no source has (y 40, z 1): left out of the accuracy',
      '1 test example of clinic without a finite prediction: read wrong',
    ]);
  });
});

describe('a map', () => {
  const vectors = (count: number): Float32Array => Float32Array.from({ length: 2 * count }, (_, index) => Math.sin(index));

  it('has no place for vectors with a number that is not finite', async () => {
    const values = vectors(30);
    values[7] = Number.NaN;
    values[20] = Number.POSITIVE_INFINITY;
    const places = (await onPlane({ values, size: 2 }, 30, NEVER)) ?? [];
    expect(places.map(({ example }) => example)).toEqual(
      Array.from({ length: 30 }, (_, index) => index).filter((index) => index !== 3 && index !== 10),
    );
    expect(places.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
    expect(await onPlane({ values: new Float32Array(60).fill(Number.NaN), size: 2 }, 30, NEVER)).toBeNull();
  });

  it('is drawn where all vectors are the same', async () => {
    expect(await onPlane({ values: new Float32Array(80), size: 2 }, 40, NEVER)).toHaveLength(40);
    expect(await onPlane({ values: new Float32Array(4), size: 2 }, 2, NEVER)).toBeNull();
  });

  it('is laid out no further once nobody waits for it', async () => {
    const ending = new AbortController();
    const laidOut = onPlane({ values: vectors(200), size: 2 }, 200, ending.signal);
    const reason = new Error('it has ended');
    setImmediate(() => { ending.abort(reason); });
    await expect(laidOut).rejects.toBe(reason);
  });
});

describe('the report of a run', { timeout: 30_000 }, () => {
  const evaluation: ForgettingEvaluation = {
    kind: 'forgetting', rounds: 20, examples, latent_size: 2, classes: ['<b>', 'two'], chance: 0.5, probes: [row('mlp', 0.8, 0.9), pixels],
    swap,
    reconstruction: { mean: 0.07, per_class: [0.06, 0.08], of_mean_image: 0.25 },
    style: { slant_correlation: 0.9, thickness_correlation: 0.4 },
  };
  const labels = Int32Array.from({ length: 40 }, (_, index) => index % 2);
  const report = {
    title: 'run & co', evaluation, config: { seed: 1, note: '</pre><script>' },
    rounds: Array.from(
      { length: 1000 },
      (_, index) => ({
        kind: 'round', round: index + 1, classifier_loss: 2 + 1 / (index + 1),
        reconstruction_mse: index === 999 ? Number.POSITIVE_INFINITY : 0.1, images_per_second: 5,
      }),
    ),
    epochs: [{ kind: 'epoch', epoch: 1, round: 1000, 'held_out/reconstruction_mse': 0.2 }],
    grids: Array.from({ length: 30 }, (_, index) => ({ label: `epoch ${index + 1}`, png: Uint8Array.of(137, 80) })),
    latents: { places: Array.from(labels, (label, example) => ({ example, x: Math.sin(example), y: label })), labels },
  };

  it('is one page that fetches nothing and escapes what it shows', async () => {
    const html = await runReport(report);
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:)[^"#]/);
    expect(html).toContain('run &amp; co');
    expect(html).toContain('&lt;b&gt;');
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html.match(/data:image\/png/g)).toHaveLength(12);
    expect(html).toContain('epoch 30');
    expect(html).not.toMatch(/NaN|Infinity/);
    expect(html).toContain('Not forgotten: a fresh probe (mlp) still reads the label with 85.0 %');
    expect(html).toMatch(/error of the mean training image<\/t[dh]>.*<td>0\.2500<\/td>/);
    expect(html).toContain('<td>0.843 to 0.857</td><td>10000</td>');
    expect(html).toContain('55,000 examples trained on, 5,000 held out, 10,000 tested, read as 28 x 28 pixels in grey');
    expect(html.length).toBeLessThan(600_000);
  });

  it('is the same again, and goes without a map where there is nothing to map', async () => {
    expect(await runReport(report)).toBe(await runReport(report));
    const html = await runReport({ ...report, grids: [], latents: { places: null, labels } });
    expect(html).not.toContain('UMAP');
  });
});
