import { probeResult, type ProbeFigures } from '@lethe/evaluation';
import type { ProbeInput, ProbeKind, ProbeRequest } from '@lethe/protocol';
import type { CheckpointCluster } from './checkpoint-cluster.js';

/** One kind of probe on one kind of vector, once for each seed. */
export interface ProbeRow {
  readonly probe: ProbeKind;
  readonly input: ProbeInput;
  readonly labels: 'true' | 'shuffled';
  readonly seeds: readonly { readonly seed: number; readonly figures: ProbeFigures }[];
}

/** What `evaluation.json` holds; docs/measures.md defines every figure. */
export interface ForgettingEvaluation {
  readonly rounds: number;
  readonly latent_size: number;
  readonly classes: readonly string[];
  /** Share of the most frequent class among the test images: accuracy of always naming it. */
  readonly chance: number;
  readonly probes: readonly ProbeRow[];
}

const PROBES: readonly ProbeKind[] = ['linear', 'mlp', 'neighbours'];

/** Trains fresh probes on the frozen latents: the classifier in the game proves nothing, as the encoder was trained against it. */
export async function evaluateForgetting({ cluster, description, data, rounds }: CheckpointCluster, seeds: readonly number[]): Promise<ForgettingEvaluation> {
  const requests = seeds.flatMap((seed, index) => PROBES.flatMap((probe): ProbeRequest[] => [
    { probe, input: 'latent', shuffledLabels: false, seed },
    // The controls say where the scale begins and ends; once is enough for that.
    ...(index > 0 ? [] : [{ probe, input: 'latent', shuffledLabels: true, seed } as const, { probe, input: 'pixels', shuffledLabels: false, seed } as const]),
  ]));
  const results = await cluster.probe(requests);
  const rows = new Map<string, ProbeRow & { seeds: { seed: number; figures: ProbeFigures }[] }>();
  for (const [index, { probe, input, shuffledLabels, seed }] of requests.entries()) {
    const labels = shuffledLabels ? 'shuffled' : 'true';
    const row = rows.get(`${input} ${labels} ${probe}`) ?? { probe, input, labels, seeds: [] };
    row.seeds.push({ seed, figures: probeResult(results[index] ?? new Float32Array(0)) });
    rows.set(`${input} ${labels} ${probe}`, row);
  }
  const order = (row: ProbeRow): number => (row.input === 'pixels' ? 2 : row.labels === 'shuffled' ? 1 : 0);
  const { classes } = description.facts;
  return {
    rounds,
    latent_size: description.config.latentSize,
    classes,
    chance: Math.max(...classes.map((_, label) => data.test.labels.filter((found) => found === label).length)) / data.test.count,
    probes: [...rows.values()].sort((a, b) => order(a) - order(b)),
  };
}

/** The table and what it means, for the terminal. */
export function printForgetting(evaluation: ForgettingEvaluation): string[] {
  const { probes } = evaluation;
  const line = (cells: readonly string[]): string => cells.map((cell, index) => (index < 3 ? cell.padEnd(12) : cell.padStart(16))).join('').trimEnd();
  return [
    line(['probe', 'reads', 'labels', 'accuracy', 'balanced', 'cross-entropy', 'nats told']),
    ...probes.map(({ probe, input, labels, seeds }) => line([
      probe, input, labels,
      ...(['accuracy', 'balanced_accuracy', 'cross_entropy', 'information'] as const).map((figure) => spread(seeds.map(({ figures }) => figures[figure]))),
    ])),
    verdict(evaluation),
  ];
}

/** How far above chance a probe may be before something is left: three standard errors of 10,000 test images are 0.01. */
const MARGIN = 0.02;

/** In plain words, what is and is not forgotten. */
export function verdict({ chance, probes }: Pick<ForgettingEvaluation, 'chance' | 'probes'>): string {
  const latent = probes.filter(({ input, labels }) => input === 'latent' && labels === 'true');
  const accuracyOf = ({ seeds }: ProbeRow): number => mean(seeds.map(({ figures }) => figures.accuracy));
  const best = latent.reduce<ProbeRow | null>((found, row) => (found === null || accuracyOf(row) > accuracyOf(found) ? row : found), null);
  if (best === null) return 'Nothing was measured.';
  const [read, byChance] = [percent(accuracyOf(best)), percent(chance)];
  if (accuracyOf(best) <= chance + MARGIN) return `Forgotten: the best fresh probe (${best.probe}) reads the label with ${read}, always naming the most frequent class gives ${byChance}.`;
  const linear = latent.find(({ probe }) => probe === 'linear');
  const hidden = linear !== undefined && accuracyOf(linear) <= chance + MARGIN ? ' Only linear probes are fooled.' : '';
  return `Not forgotten: a fresh probe (${best.probe}) still reads the label with ${read}; chance is ${byChance}.${hidden}`;
}

function spread(values: readonly number[]): string {
  const most = Math.max(...values.map((value) => Math.abs(value - mean(values))));
  return values.length > 1 ? `${mean(values).toFixed(3)} ±${most.toFixed(3)}` : mean(values).toFixed(3);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
