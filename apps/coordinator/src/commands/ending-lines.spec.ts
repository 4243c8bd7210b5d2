import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configLayer, mergeConfig, PROBES, type Tree } from '@lethe/config';
import { openData } from '@lethe/data';
import type { AdaptationEvaluation, ForgettingEvaluation, ProbeRow } from '@lethe/evaluation';
import { describeRun, type RunDescription } from '@lethe/graphs';
import { RunFolder } from '@lethe/run-folder';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary, TrainedRun } from '@lethe/lethe';
import { endingLines } from './ending-lines.js';

const userFolder = mkdtempSync(join(tmpdir(), 'lethe-ending-'));
const folder = RunFolder.at(join(userFolder, 'runs', 'mild'));
let description: RunDescription;

async function describedRun(values: Tree): Promise<RunDescription> {
  const data = { kind: 'idx', folder: join(userFolder, 'data'), heldOut: 8 };
  const { config } = mergeConfig({ cores: 1, gpus: 0, engine: 'native' }, [configLayer({ data, batchSize: 16, ...values }, 'said.json')]);
  return describeRun(config, (await openData(config.data, config.seed)).facts);
}

beforeAll(async () => {
  makeSmallData(join(userFolder, 'data'));
  description = await describedRun({ recipe: 'quick', epochs: 4 });
});
afterAll(() => { rmSync(userFolder, { recursive: true, force: true }); });

const summary: RunSummary = {
  ending: 'completed', rounds: 10, images_per_second: 3850, median_round_ms: 66, training_seconds: 92, wall_seconds: 260,
  losses: { classifier_loss: 1 }, held_out: { classifier_loss: 1 }, test: { reconstruction_mse: 0.07 }, weights_sha256: 'ab', engines: [],
  test_examples: 10_000, data_fingerprint: 'cd', style_grid: 'grids/epoch-004.png', step: {}, first_round_seconds: 4, resident_mb: {},
  sent_again: 0,
  wire: { bytes_sent: 1e9, bytes_received: 1e9, least_bytes: 1e9 },
};

const figuresOf = (accuracy: number) => (
  { accuracy, balanced_accuracy: accuracy, cross_entropy: 1, information: 1, auroc: 0.5, scored: 10_000 }
);
function row(probe: ProbeRow['probe'], input: ProbeRow['input'], ...accuracies: number[]): ProbeRow {
  return { probe, input, labels: 'true', seeds: accuracies.map((accuracy, seed) => ({ seed, figures: figuresOf(accuracy) })) };
}

const forgetting: ForgettingEvaluation = {
  kind: 'forgetting', rounds: 10, latent_size: 10, classes: ['0', '1'], chance: 0.114,
  examples: { trained: 55_000, held_out: 5000, tested: 10_000, shape: { height: 28, width: 28, channels: 1 } },
  probes: [row('linear', 'latent', 0.3, 0.3, 0.3), row('mlp', 'latent', 0.75, 0.76, 0.77), row('mlp', 'pixels', 0.978)],
  swap: { judge_accuracy: 0.99, matrix: [[1, 1], [1, 1]], off_diagonal: 0.915, diagonal: 1 },
  reconstruction: { mean: 0.068, per_class: [0.068, 0.068], of_mean_image: 0.2683 },
  style: { slant_correlation: 0.9, thickness_correlation: 0.9 },
};

function lines(ended: Partial<Pick<TrainedRun, 'summary' | 'measures' | 'traceFile'>>): string[] {
  const { config, totalRounds } = description;
  const run = { summary, measures: null, failure: null, traceFile: null, ...ended, folder: folder.folder, config, totalRounds };
  return endingLines({ ...run, ending: run.summary.ending, rounds: run.summary.rounds }, userFolder);
}

describe('the last lines of a run', () => {
  it('say in plain words what it came to, four figures, where all lies, and what to type next', () => {
    expect(lines({ measures: forgetting })).toEqual([
      'completed              10 rounds (4 epochs), 3,850 examples/s',
      '',
      'Not forgotten: from what the encoder keeps, a fresh probe still reads the label.',
      'Redrawing obeys the label: images redrawn under another label are read as that label.',
      '',
      'label read by a probe  76.0 % (95 %: 75.2 to 76.8 %) of 10,000 test images; 11.4 % by chance',
      '                       the best of 2 probes: mlp, mean of 3 seeds',
      'reconstruction error   0.0680 (mean square; pixels are -1 to 1), PSNR 17.7 dB, of 10,000 test images',
      '                       0.2683 if each were redrawn as the mean of the training images',
      'redrawn as intended    91.5 % (95 %: 90.9 to 92.0 %), of 10,000 test images',
      'time                   4 min 20 s, of which 1 min 32 s training',
      '',
      'report                 runs/mild/report.html  (opens in a browser)',
      'style grid             runs/mild/grids/epoch-004.png',
      'run folder             runs/mild',
      '',
      'What to type next:',
      '  the same command with --recipe forget      forgets more, in more time',
      '  npx lethe evaluate runs/mild --probes all  measures with every kind of probe',
      '  npx lethe grid runs/mild                   draws test images under every label',
    ]);
  });

  it('fit into 100 columns, and say little of what is left where that is little', () => {
    const little = { ...forgetting, probes: [row('mlp', 'latent', 0.2), row('mlp', 'pixels', 0.978)] };
    const shown = lines({ measures: little });
    expect(shown).toContain(
      'Not forgotten: from what the encoder keeps, a fresh probe still reads a little of the label, far less than the raw images show.',
    );
    expect(shown).toContain('                       the only probe: mlp, one seed');
    expect(lines({ measures: forgetting }).filter((line) => line.length > 100)).toEqual([]);
  });

  it('offer no more probes where all have run', () => {
    const all = { ...forgetting, probes: PROBES.map((probe) => row(probe, 'latent', 0.2)) };
    expect(lines({ measures: all }).join('\n')).not.toContain('--probes all');
  });

  it('say how to measure a run that was not measured, where its trace is, and how to go on with one that was interrupted', () => {
    const step = { computeMs: 20.04, sendMs: 1, waitMs: 30, wireMs: 25.5 };
    const unmeasured = lines({ summary: { ...summary, step }, traceFile: join(folder.folder, 'trace.json') });
    expect(unmeasured.join('\n')).toContain([
      'a step of a worker     computing 20.0 ms, sending 1.0 ms, waiting 30.0 ms',
      '                       25.5 ms on the wire (a gradient, and the version made of it)',
    ].join('\n'));
    expect(unmeasured).toContain('test examples          reconstruction_mse 0.07000');
    expect(unmeasured).toContain('trace                  runs/mild/trace.json  (opens at ui.perfetto.dev)');
    expect(unmeasured.join('\n')).toMatch(/npx lethe evaluate runs\/mild +measures what was reached/);
    const interrupted = lines({ summary: { ...summary, ending: 'interrupted', rounds: 3, images_per_second: 0, test: {} } });
    expect(interrupted[0]).toBe('interrupted            3 of 10 rounds');
    expect(interrupted.slice(-1)).toEqual(['  npx lethe train --resume runs/mild  goes on from here']);
  });

  it('speak of examples and domains where a model is carried from one to another', () => {
    const common = {
      training_examples: 100, examples: 200, unreadable: 0, other_labels: [], confusion: [[1, 0], [0, 1]],
    };
    const adaptation: AdaptationEvaluation = {
      kind: 'domain-adaptation', rounds: 10, classes: ['ill', 'healthy'], training: 'adaptation', seed: 1, target: 'va',
      scored: null, map: [],
      examples: { trained: 300, held_out: 30, tested: 400, shape: { height: 1, width: 1, channels: 20 } },
      domains: [
        {
          ...common, name: 'cleveland', labelled: 200, accuracy: 0.8, accuracy_interval: [0.74, 0.85], auroc: 0.9,
          auroc_interval: [0.85, 0.95],
        },
        { ...common, name: 'va', labelled: 0, accuracy: null, accuracy_interval: null, auroc: null, auroc_interval: null },
      ],
    };
    const shown = lines({ measures: adaptation });
    expect(shown).toContain(
      'Trained from the labels of the sources and the examples of the target without their labels.',
    );
    expect(shown).toContain('No test example of va has a label, so that nothing can be said about it.');
    expect(shown).toContain('source cleveland       80.0 % (95 %: 74.0 to 85.0 %) of 200 test examples read right');
    expect(shown).toContain('                       AUROC 0.900 (95 %: 0.850 to 0.950)');
    expect(shown.slice(0, shown.findIndex((line) => line.startsWith('report'))).join('\n')).not.toMatch(/image|digit/);
  });
});
