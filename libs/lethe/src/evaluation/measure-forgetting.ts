import type { DataSource } from '@lethe/data';
import {
  checkProbes, JUDGE_VERSION, judgeLength, meanFigures, meanImageError, probeResult, SCORE_CHUNK, styleCorrelation,
  swapFigures, swapRows, type ForgettingEvaluation, type ProbeFigures, type ProbeRow,
} from '@lethe/evaluation';
import type { ProbeKind, ProbeRequest } from '@lethe/protocol';
import type { RunDescription } from '@lethe/graphs';
import { controlOf, type KeptVector } from './measure-cache.js';
import type { MeasuringWork } from './measuring-work.js';
import { usedExamples, type MeasuredRun, type MeasureOptions } from './measured-run.js';

/** Kinds that take so long that they are trained from the first seed alone and have no controls. */
const COSTLY: readonly ProbeKind[] = ['deep', 'boosted-trees', 'forest'];
/** Seconds that a probe of a kind takes about, on the latents and on the pixels of MNIST: what takes longest begins first. */
const PROBE_COSTS: Readonly<Record<ProbeKind, Readonly<Record<ProbeRow['input'], number>>>> = {
  linear: { latent: 0.6, pixels: 2.5 },
  mlp: { latent: 3.5, pixels: 9 },
  neighbours: { latent: 2, pixels: 5 },
  deep: { latent: 45, pixels: 60 },
  'boosted-trees': { latent: 25, pixels: 60 },
  forest: { latent: 8, pixels: 60 },
};
/** The same of a judge, of a chunk of redrawn images, and of the reconstruction errors. */
const [JUDGE_COST, SWAP_COST, RECONSTRUCTION_COST] = [13, 0.5, 1.5];
/** Test images that one task redraws. */
const SWAP_CHUNK = 500;

/** Measures what the encoder has forgotten and whether redrawing obeys (docs/measures.md); the same for any number of workers. */
export async function measureForgetting(
  run: MeasuredRun,
  { probes, seeds, cache, work }: Pick<MeasureOptions, 'probes' | 'seeds' | 'cache'> & { readonly work: MeasuringWork },
): Promise<ForgettingEvaluation> {
  const { description, data, rounds } = run;
  const { classes } = description.facts;
  checkProbes(probes, classes.length);
  const kept = await findKept(run, { probes, seeds, cache });
  // All at once, so that no worker is idle: the judge first, as the redrawing waits for it.
  const judging = kept.judge === null ? trainJudge(run, { cache, work }) : Promise.resolve(kept.judge);
  const [judged, probed, reconstruction] = await Promise.all([
    measureRedrawing(run, judging, work),
    measureProbes(run, { probes, seeds, cache, work, keptControls: kept.controls }),
    measureReconstruction(run, work),
  ]);
  return {
    kind: 'forgetting',
    rounds,
    examples: usedExamples(run),
    latent_size: latentSizeOf(description),
    classes,
    chance: mostFrequent(data.test.labels, classes.length) / data.test.count,
    probes: probed,
    ...judged,
    reconstruction,
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

/** What follows from the data alone and was found before. */
interface Kept {
  readonly judge: Float32Array | null;
  /** Figures of probes on pixels. */
  readonly controls: ReadonlyMap<ProbeKind, Float32Array>;
}

async function findKept(
  { description, data }: MeasuredRun, { probes, seeds: [seed = 1], cache }: Pick<MeasureOptions, 'probes' | 'seeds' | 'cache'>,
): Promise<Kept> {
  const controls = await Promise.all(probes.map(async (probe) => (
    [probe, await cache.find(description, controlOf(onPixels(probe, seed)))] as const
  )));
  return {
    judge: await cache.find(description, judgeOf(data)),
    controls: new Map(controls.filter((entry): entry is [ProbeKind, Float32Array] => entry[1] !== null)),
  };
}

function judgeOf(data: DataSource): KeptVector {
  return { folder: 'judges', name: String(JUDGE_VERSION), length: judgeLength(data) };
}

async function trainJudge(
  { cluster, description, data }: MeasuredRun, { cache, work }: Pick<MeasureOptions, 'cache'> & { readonly work: MeasuringWork },
): Promise<Float32Array> {
  const done = work.expect('training a judge on the raw images, once for these data', JUDGE_COST);
  const judge = await cluster.evaluations.judge(judgeLength(data));
  done();
  await cache.keep(description, judgeOf(data), judge);
  return judge;
}

/** A probe of the label. */
type LabelProbe = ProbeRequest & Pick<ProbeRow, 'input'>;

function onLatents(probe: ProbeKind, seed: number): LabelProbe {
  const everything = { attribute: '', given: -1, whitened: false, balanced: false, halves: false, erased: '' };
  return { probe, input: 'latent', shuffledLabels: false, seed, ...everything };
}

function onPixels(probe: ProbeKind, seed: number): LabelProbe {
  return { ...onLatents(probe, seed), input: 'pixels' };
}

interface ProbesToMeasure extends Pick<MeasureOptions, 'probes' | 'seeds' | 'cache'> {
  readonly work: MeasuringWork;
  readonly keptControls: Kept['controls'];
}

/** The probes in the order of the rows: on latents, with shuffled labels below and on raw pixels above. */
async function measureProbes(
  run: MeasuredRun,
  { probes, seeds: [first = 1, ...others], cache, work, keptControls }: ProbesToMeasure,
): Promise<ProbeRow[]> {
  const usual = probes.filter((probe) => !COSTLY.includes(probe));
  const requests: LabelProbe[] = [
    ...probes.flatMap((probe) => {
      const seeds = COSTLY.includes(probe) ? [first] : [first, ...others];
      return seeds.map((seed) => onLatents(probe, seed));
    }),
    // The controls say where the scale begins and ends; once is enough for that.
    ...usual.map((probe) => ({ ...onLatents(probe, first), shuffledLabels: true })),
    ...usual.map((probe) => onPixels(probe, first)),
  ];
  const results = new Map<LabelProbe, Float32Array>();
  await Promise.all(
    tasksOf(requests).map(async (task) => {
      const [request] = task;
      const { probe, input } = request;
      const kept = input === 'pixels' ? keptControls.get(probe) : undefined;
      const figures = kept === undefined ? await trainProbes(run, task, work) : [kept];
      for (const [index, each] of task.entries()) results.set(each, figures[index] ?? new Float32Array(0));
      const [control] = figures;
      if (input === 'latent' || kept !== undefined || control === undefined) return;
      await cache.keep(run.description, controlOf(request), control);
    }),
  );
  const rows = new Map<string, ProbeRow & { seeds: { seed: number; figures: ProbeFigures }[] }>();
  for (const request of requests) {
    const { probe, input, shuffledLabels, seed } = request;
    const labels = shuffledLabels ? 'shuffled' : 'true';
    const row = rows.get(`${input} ${labels} ${probe}`) ?? { probe, input, labels, seeds: [] };
    row.seeds.push({ seed, figures: probeResult(results.get(request) ?? new Float32Array(0)) });
    rows.set(`${input} ${labels} ${probe}`, row);
  }
  return [...rows.values()];
}

/** Requests that one worker takes at once, of one kind of probe and input. */
type ProbeTask = readonly [LabelProbe, ...LabelProbe[]];

/** All requests, what takes longest first. Neighbours of latents are looked for once for all seeds. */
function tasksOf(requests: readonly LabelProbe[]): ProbeTask[] {
  const [first, ...further] = requests.filter(({ probe, input }) => probe === 'neighbours' && input === 'latent');
  const others = requests.filter((request) => request !== first && !further.includes(request));
  const tasks = [...(first === undefined ? [] : [[first, ...further] as const]), ...others.map((request) => [request] as const)];
  return tasks.sort(([a], [b]) => PROBE_COSTS[b.probe][b.input] - PROBE_COSTS[a.probe][a.input]);
}

async function trainProbes(
  { cluster }: MeasuredRun, task: ProbeTask, work: MeasuringWork,
): Promise<Float32Array[]> {
  const [{ probe, input }] = task;
  const what = `training fresh probes (${probe}, on ${input === 'pixels' ? 'raw pixels' : 'latents'})`;
  const done = work.expect(what, PROBE_COSTS[probe][input]);
  const figures = await cluster.evaluations.ofProbes(task);
  done();
  return figures;
}

async function measureRedrawing(
  { cluster, description, data }: MeasuredRun,
  judging: Promise<Float32Array>,
  work: MeasuringWork,
): Promise<Pick<ForgettingEvaluation, 'swap' | 'style'>> {
  const classes = description.facts.classes.length;
  const redrawn = work.expect('redrawing every test image under every label', SWAP_COST, Math.ceil(data.test.count / SWAP_CHUNK));
  const judge = await judging;
  const results = await cluster.evaluations.ofSwaps(judge, data.test.count, SWAP_CHUNK, redrawn);
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

async function measureReconstruction(
  { cluster, description, data }: MeasuredRun, work: MeasuringWork,
): Promise<ForgettingEvaluation['reconstruction']> {
  const { figures } = description.objective;
  const done = work.expect('measuring the reconstruction error', RECONSTRUCTION_COST);
  const [results, of_mean_image] = await Promise.all([
    cluster.evaluations.ofExamples('score', 'test', data.test.count, SCORE_CHUNK), meanImageError(data),
  ]);
  done();
  const column = figures.indexOf('reconstruction_mse');
  const errors = results.flatMap((values) =>
    Array.from({ length: values.length / figures.length }, (_, row) => values[row * figures.length + column] ?? Number.NaN),
  );
  const per_class = description.facts.classes.map((_, label) => {
    const chosen = errors.filter((_error, example) => data.test.labels[example] === label);
    return chosen.length === 0 ? 0 : chosen.reduce((sum, error) => sum + error, 0) / chosen.length;
  });
  return { mean: meanFigures(results, figures)['reconstruction_mse'] ?? Number.NaN, per_class, of_mean_image };
}
