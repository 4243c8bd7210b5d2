import { describe, expect, it } from 'vitest';
import type { ForgettingEvaluation, ProbeRow } from '@lethe/evaluation';
import { runReport } from './run-report.js';
import { spread, verdict } from './verdict.js';

function row(probe: ProbeRow['probe'], ...accuracies: number[]): ProbeRow {
  return {
    probe, input: 'latent', labels: 'true',
    seeds: accuracies.map(
      (accuracy, seed) => ({ seed, figures: { accuracy, balanced_accuracy: accuracy, cross_entropy: 1, information: 1.3 } }),
    ),
  };
}

const pixels: ProbeRow = { ...row('mlp', 0.98), input: 'pixels' };
const swap = { judge_accuracy: 0.991, matrix: [[1, 0.9], [0.8, 1]], off_diagonal: 0.95, diagonal: 1 };

describe('what a run has forgotten, in words', () => {
  it('is nothing where a probe still reads the label', () => {
    const [forgotten, redrawn] = verdict({
      chance: 0.114, swap, probes: [row('linear', 0.7), row('mlp', 0.83, 0.85), row('neighbours', 0.8), pixels],
    });
    expect(forgotten).toBe('Not forgotten: a fresh probe (mlp) still reads the label with 84.0 %; chance is 11.4 %.');
    expect(redrawn).toBe(
      'Redrawing obeys the label: of test images redrawn under another label, '
      + '95.0 % are read as that label by a judge that reads raw images with 99.1 %.',
    );
  });

  it('is hidden where only a linear probe fails', () => {
    expect(
      verdict({ chance: 0.114, swap, probes: [row('linear', 0.114), row('mlp', 0.7), row('neighbours', 0.8), pixels] })[0],
    ).toMatch(/Not forgotten: .*neighbours.*80\.0 %.*Only linear probes are fooled/);
  });

  it('is the label where no probe beats chance, and says where redrawing fails', () => {
    const [forgotten, redrawn] = verdict({
      chance: 0.114, swap: { ...swap, off_diagonal: 0.2 },
      probes: [row('linear', 0.11), row('mlp', 0.12), row('neighbours', 0.115), pixels],
    });
    expect(forgotten).toMatch(/^Forgotten: .*\(mlp\).*12\.0 %.*11\.4 %/);
    expect(redrawn).toMatch(/^Redrawing does not obey the label: only 20\.0 % are read/);
  });

  it('leaves out a probe whose figures are not finite', () => {
    expect(
      verdict({ chance: 0.114, swap, probes: [row('linear', Number.NaN), row('mlp', 0.83)] })[0],
    ).toMatch(/^Not forgotten: .*\(mlp\).*83\.0 %/);
  });

  it('comes with the spread over seeds', () => {
    expect(spread([0.8, 0.9])).toBe('0.850 ±0.050');
    expect(spread([0.8])).toBe('0.800');
  });
});

describe('the report of a run', { timeout: 30_000 }, () => {
  const evaluation: ForgettingEvaluation = {
    kind: 'forgetting', rounds: 20, latent_size: 2, classes: ['<b>', 'two'], chance: 0.5, probes: [row('mlp', 0.8, 0.9), pixels], swap,
    reconstruction: { mean: 0.07, per_class: [0.06, 0.08] }, style: { slant_correlation: 0.9, thickness_correlation: 0.4 },
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
    latents: { values: Float32Array.from({ length: 80 }, (_, index) => Math.sin(index) + (labels[index >> 1] ?? 0)), size: 2, labels },
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
    expect(html.length).toBeLessThan(600_000);
  });

  it('is the same again, and goes without a map where there is nothing to map', async () => {
    expect(await runReport(report)).toBe(await runReport(report));
    const html = await runReport({ ...report, grids: [], latents: { values: new Float32Array(4), size: 2, labels: Int32Array.of(0, 1) } });
    expect(html).not.toContain('UMAP');
  });
});
