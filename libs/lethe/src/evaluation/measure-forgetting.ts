import {
  checkProbes, styleCorrelation, swapColumns, swapFigures, swapRows,
  type ForgettingEvaluation, type ProbeFigures, type ProbeRow,
} from '@lethe/evaluation';
import type { ProbeKind, ProbeRequest } from '@lethe/protocol';
import { findJudge } from './find-judge.js';
import { measureReconstruction } from './measure-reconstruction.js';
import type { MeasuringWork } from './measuring-work.js';
import { usedExamples, type MeasuredRun, type MeasureOptions } from './measured-run.js';
import { probeSeconds } from './probe-seconds.js';
import { COSTLY, trainProbes } from './train-probes.js';

/** Seconds that a chunk of redrawn images takes about. */
const SWAP_COST = 0.5;
/** Test images that one task redraws. */
const SWAP_CHUNK = 500;

interface WithWork { readonly work: MeasuringWork }

/** Measures what the encoder has forgotten and whether redrawing obeys (docs/measures.md); the same for any number of workers. */
export async function measureForgetting(
  run: MeasuredRun,
  { probes, seeds, cache, work }: Pick<MeasureOptions, 'probes' | 'seeds' | 'cache'> & WithWork,
): Promise<ForgettingEvaluation> {
  const { description, data, rounds } = run;
  const { classes } = description.facts;
  checkProbes(probes, classes.length);
  // All at once, so that no worker is idle: the judge first, as the redrawing waits for it.
  const judging = findJudge(run, { attribute: '', categories: classes.length, what: 'a judge', cache, work });
  const [judged, probed, reconstruction] = await Promise.all([
    measureRedrawing(run, judging, work),
    measureProbes(run, { probes, seeds, cache, work }),
    measureReconstruction(run, work),
  ]);
  return {
    kind: 'forgetting',
    rounds,
    examples: usedExamples(run),
    latent_size: description.objective.encodedSize,
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

/** A probe of the label. */
type LabelProbe = ProbeRequest & Pick<ProbeRow, 'input'>;

function onLatents(probe: ProbeKind, seed: number): LabelProbe {
  const everything = { attribute: '', given: -1, whitened: false, balanced: false, halves: false, erased: '' };
  return { probe, input: 'latent', shuffledLabels: false, seed, ...everything };
}

function onPixels(probe: ProbeKind, seed: number): LabelProbe {
  return { ...onLatents(probe, seed), input: 'pixels' };
}

/** The probes in the order of the rows: on latents, with shuffled labels below and on raw pixels above. */
async function measureProbes(
  run: MeasuredRun,
  { probes, seeds: [first = 1, ...others], cache, work }: Pick<MeasureOptions, 'probes' | 'seeds' | 'cache'> & WithWork,
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
  const { facts: { shape, classes, trainCount: examples } } = run.description;
  const size = { latent: run.description.objective.encodedSize, pixels: shape.height * shape.width * shape.channels };
  const results = await trainProbes(run, requests, {
    cache,
    work,
    secondsOf: ({ probe, input }) => (
      probeSeconds(probe, { examples, size: input === 'latent' ? size.latent : size.pixels, classes: classes.length })
    ),
  });
  const rows = new Map<string, ProbeRow & { seeds: { seed: number; figures: ProbeFigures }[] }>();
  for (const request of requests) {
    const { probe, input, shuffledLabels, seed } = request;
    const labels = shuffledLabels ? 'shuffled' : 'true';
    const row = rows.get(`${input} ${labels} ${probe}`) ?? { probe, input, labels, seeds: [] };
    const figures = results.get(request);
    if (figures !== undefined) row.seeds.push({ seed, figures });
    rows.set(`${input} ${labels} ${probe}`, row);
  }
  return [...rows.values()];
}

async function measureRedrawing(
  { cluster, description, data }: MeasuredRun,
  judging: Promise<Float32Array>,
  work: MeasuringWork,
): Promise<Pick<ForgettingEvaluation, 'swap' | 'style'>> {
  const classes = description.facts.classes.length;
  const redrawn = work.expect('redrawing every test image under every label', SWAP_COST, Math.ceil(data.test.count / SWAP_CHUNK));
  const judge = await judging;
  const swaps = { attribute: '', columns: swapColumns(classes), judge, count: data.test.count, chunk: SWAP_CHUNK };
  const results = await cluster.evaluations.ofSwaps(swaps, redrawn);
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
