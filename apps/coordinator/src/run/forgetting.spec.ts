import { describe, expect, it } from 'vitest';
import { printForgetting, verdict, type ProbeRow } from './forgetting.js';

function row(probe: ProbeRow['probe'], ...accuracies: number[]): ProbeRow {
  return { probe, input: 'latent', labels: 'true', seeds: accuracies.map((accuracy, seed) => ({ seed, figures: { accuracy, balanced_accuracy: accuracy, cross_entropy: 1, information: 1.3 } })) };
}

describe('what a run has forgotten, in words', () => {
  const pixels: ProbeRow = { ...row('mlp', 0.98), input: 'pixels' };

  it('is nothing where a probe still reads the label', () => {
    expect(verdict({ chance: 0.114, probes: [row('linear', 0.7), row('mlp', 0.83, 0.85), row('neighbours', 0.8), pixels] })).toBe('Not forgotten: a fresh probe (mlp) still reads the label with 84.0 %; chance is 11.4 %.');
  });

  it('is hidden where only a linear probe fails', () => {
    expect(verdict({ chance: 0.114, probes: [row('linear', 0.114), row('mlp', 0.7), row('neighbours', 0.8), pixels] })).toMatch(/Not forgotten: .*neighbours.*80\.0 %.*Only linear probes are fooled/);
  });

  it('is the label where no probe beats chance', () => {
    expect(verdict({ chance: 0.114, probes: [row('linear', 0.11), row('mlp', 0.12), row('neighbours', 0.115), pixels] })).toMatch(/^Forgotten: .*\(mlp\).*12\.0 %.*11\.4 %/);
  });

  it('comes with a table of all probes and their spread', () => {
    const lines = printForgetting({ rounds: 5, latent_size: 10, classes: ['a', 'b'], chance: 0.5, probes: [row('mlp', 0.8, 0.9), pixels] });
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^mlp +latent +true +0\.850 ±0\.050 /);
    expect(lines[2]).toMatch(/^mlp +pixels +true +0\.980 /);
  });
});
