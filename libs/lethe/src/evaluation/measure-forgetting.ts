import {
  judgeLength, meanFigures, probeResult, SCORE_CHUNK, styleCorrelation, swapFigures, swapRows,
  type ForgettingEvaluation, type ProbeFigures, type ProbeRow,
} from '@lethe/evaluation';
import type { ProbeKind, ProbeRequest } from '@lethe/protocol';
import type { TrainingCluster } from '@lethe/cluster';
import type { RunDescription } from '@lethe/graphs';
import { usedExamples, type MeasuredRun, type MeasureOptions } from './measured-run.js';

/** Kinds that take so long that they are trained from the first seed alone and have no controls. */
const COSTLY: readonly ProbeKind[] = ['deep'];
/** Test images that one task redraws. */
const SWAP_CHUNK = 500;

/** Measures what the encoder has forgotten and whether redrawing obeys (docs/measures.md); the same for any number of workers. */
export async function measureForgetting(
  run: MeasuredRun,
  { probes, seeds, judges, onProgress }: Omit<MeasureOptions, 'folder'>,
): Promise<ForgettingEvaluation> {
  const { cluster, description, data, rounds } = run;
  const { classes } = description.facts;
  const judge = await judges.get(description, data, () => {
    onProgress('training a judge on the raw images, once for this data');
    return cluster.evaluations.judge(judgeLength(data));
  });
  onProgress('redrawing every test image under every label');
  const redrawn = await measureRedrawing(run, judge);
  onProgress(`training fresh probes from ${seeds.length} seeds`);
  return {
    kind: 'forgetting',
    rounds,
    examples: usedExamples(run),
    latent_size: latentSizeOf(description),
    classes,
    chance: mostFrequent(data.test.labels, classes.length) / data.test.count,
    probes: await measureProbes(cluster, { probes, seeds }),
    ...redrawn,
    reconstruction: await measureReconstruction(run),
  };
}

/** How many examples the most frequent class has. */
function mostFrequent(labels: Uint32Array, classes: number): number {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.reduce((most, count) => Math.max(most, count), 0);
}

/** Numbers that the encoder of this game makes of an image. */
export function latentSizeOf({ config: { objective } }: RunDescription): number {
  if (objective.kind !== 'forgetting') throw new TypeError(`${objective.kind} has no latents`);
  return objective.latentSize;
}

async function measureProbes(
  cluster: TrainingCluster,
  { probes, seeds: [first = 1, ...others] }: Pick<MeasureOptions, 'probes' | 'seeds'>,
): Promise<ProbeRow[]> {
  const usual = probes.filter((probe) => !COSTLY.includes(probe));
  const requests: ProbeRequest[] = [
    ...probes.map((probe) => ({ probe, input: 'latent', shuffledLabels: false, seed: first }) as const),
    ...others.flatMap((seed) => usual.map((probe) => ({ probe, input: 'latent', shuffledLabels: false, seed }) as const)),
    // The controls say where the scale begins and ends; once is enough for that.
    ...usual.map((probe) => ({ probe, input: 'latent', shuffledLabels: true, seed: first }) as const),
    ...usual.map((probe) => ({ probe, input: 'pixels', shuffledLabels: false, seed: first }) as const),
  ];
  const results = await cluster.evaluations.ofProbes(requests);
  const rows = new Map<string, ProbeRow & { seeds: { seed: number; figures: ProbeFigures }[] }>();
  for (const [index, { probe, input, shuffledLabels, seed }] of requests.entries()) {
    const labels = shuffledLabels ? 'shuffled' : 'true';
    const row = rows.get(`${input} ${labels} ${probe}`) ?? { probe, input, labels, seeds: [] };
    row.seeds.push({ seed, figures: probeResult(results[index] ?? new Float32Array(0)) });
    rows.set(`${input} ${labels} ${probe}`, row);
  }
  return [...rows.values()];
}

async function measureRedrawing(
  { cluster, description, data }: MeasuredRun,
  judge: Float32Array,
): Promise<Pick<ForgettingEvaluation, 'swap' | 'style'>> {
  const classes = description.facts.classes.length;
  const results = await cluster.evaluations.ofSwaps(judge, data.test.count, SWAP_CHUNK);
  const rows = results.flatMap((values) => swapRows(values, classes));
  const sources = Int32Array.from(data.test.labels);
  const read = Float32Array.from(rows.flatMap(({ redrawn }) => redrawn.map((drawn) => drawn.read)));
  const correlationOf = (measure: 'slant' | 'thickness'): number => styleCorrelation({
    sources,
    original: Float32Array.from(rows, ({ original }) => original[measure]),
    redrawn: Float32Array.from(rows.flatMap(({ redrawn }) => redrawn.map((drawn) => drawn[measure]))),
  }, classes);
  return {
    swap: swapFigures({ sources, read, judgeAccuracy: judge[0] ?? Number.NaN }, classes),
    style: { slant_correlation: correlationOf('slant'), thickness_correlation: correlationOf('thickness') },
  };
}

async function measureReconstruction({ cluster, description, data }: MeasuredRun): Promise<ForgettingEvaluation['reconstruction']> {
  const { figures } = description.objective;
  const results = await cluster.evaluations.ofExamples('score', 'test', data.test.count, SCORE_CHUNK);
  const column = figures.indexOf('reconstruction_mse');
  const errors = results.flatMap((values) =>
    Array.from({ length: values.length / figures.length }, (_, row) => values[row * figures.length + column] ?? Number.NaN),
  );
  const per_class = description.facts.classes.map((_, label) => {
    const chosen = errors.filter((_error, example) => data.test.labels[example] === label);
    return chosen.length === 0 ? 0 : chosen.reduce((sum, error) => sum + error, 0) / chosen.length;
  });
  return { mean: meanFigures(results, figures)['reconstruction_mse'] ?? Number.NaN, per_class };
}
