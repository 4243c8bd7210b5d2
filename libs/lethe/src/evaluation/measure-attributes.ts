import { fairnessOf } from '@lethe/config';
import { probedAttribute, type DataFacts } from '@lethe/data';
import {
  bestReadings, checkProbes, hasExamples, MOST_PAIRED, type AttributeProbeRow, type AttributesEvaluation, type ErasedAttribute,
  type ForgottenAttribute, type FullProbeFigures, type KeptAttribute, type MeasuredAttribute,
} from '@lethe/evaluation';
import type { ProbeRequest } from '@lethe/protocol';
import { attributeProbes, type ProbedRun } from './attribute-probes.js';
import { usedExamples, type MeasuredRun, type MeasureOptions } from './measured-run.js';
import { measureOwnHead } from './measure-own-head.js';
import { measureReconstruction } from './measure-reconstruction.js';
import { expectRedrawn } from './measure-redrawn.js';
import type { MeasuringWork } from './measuring-work.js';
import { pairedOtherwise } from './paired-otherwise.js';
import { probeSeconds } from './probe-seconds.js';
import { trainProbes } from './train-probes.js';
import { unlessItFails } from './unless-it-fails.js';

interface WithWork { readonly work: MeasuringWork }

/** Measures what is read of the attributes that a run keeps and forgets (docs/measures.md); the same for any number of workers. */
export async function measureAttributes(
  run: MeasuredRun,
  { probes, seeds, cache, work, onNotice }: Pick<MeasureOptions, 'probes' | 'seeds' | 'cache' | 'onNotice'> & WithWork,
): Promise<AttributesEvaluation> {
  const { description: { facts, objective }, rounds } = run;
  const probed = probedRun(run, { probes, seeds });
  for (const { categories } of [...facts.kept, ...facts.forgotten]) checkProbes(probes, categories.length);
  // Of a rare class perhaps nothing can be read: then nothing is said of it.
  const requests = attributeProbes(probed).filter((request) => hasExamples(run.data, request));
  const redraw = expectRedrawn(run, { cache, work });
  const [figures, own_head, rebuilt] = await Promise.all([
    trainProbes(run, requests, { cache, work, secondsOf: (request) => secondsOf(request, probed) }),
    measureOwnHead(run, work),
    objective.figures.includes('reconstruction_mse') ? measureReconstruction(run, work) : null,
  ]);
  // Judges come last: whatever happens to them, the probes are through.
  const redrawn = redraw === null ? null : await unlessItFails('redrawing test examples', redraw, onNotice);
  const rowsOf = (attribute: string): AttributeProbeRow[] => probeRows(requests.filter((request) => request.attribute === attribute), {
    figures, classes: facts.classes,
  });
  const rows = new Map([...facts.kept, ...facts.forgotten].map(({ name }) => [name, rowsOf(name)] as const));
  return {
    kind: 'attributes',
    rounds,
    examples: usedExamples(run),
    latent_size: objective.encodedSize,
    fairness: probed.fairness,
    is_sampled: probed.isSampled,
    forgotten: facts.forgotten.map(({ name, of, means }) => (
      forgottenAttribute({ ...measured(run, name, means !== null), of }, rows.get(name) ?? [], probed)
    )),
    kept: facts.kept.map(({ name, kind }) => keptAttribute(measured(run, name, kind === 'number'), rows.get(name) ?? [])),
    own_head,
    linear_eraser: probed.erased === null ? null : {
      forgotten: facts.forgotten.map(({ name }) => erasedAttribute(name, rows.get(name) ?? [])),
      kept: facts.kept.map(({ name }) => erasedAttribute(name, rows.get(name) ?? [])),
    },
    redrawn,
    reconstruction: rebuilt === null ? null : { mean: rebuilt.mean, of_mean: rebuilt.of_mean_image },
  };
}

function probedRun(
  { description: { config, facts, objective }, data }: MeasuredRun, { probes, seeds }: Pick<MeasureOptions, 'probes' | 'seeds'>,
): ProbedRun {
  const { height, width, channels } = facts.shape;
  const inputLength = height * width * channels;
  const last = facts.forgotten.at(-1);
  const isAll = last !== undefined && last.of.length === config.data.forget.length;
  return {
    kinds: probes,
    seeds,
    facts,
    fairness: fairnessOf(config),
    latentSize: objective.encodedSize,
    inputLength,
    isSampled: objective.isNoisy,
    erased: isAll && inputLength <= MOST_PAIRED ? last.name : null,
    pairedOtherwise: pairedOtherwise(data),
  };
}

function secondsOf({ probe, input, attribute, given, halves }: ProbeRequest, { facts, latentSize, inputLength }: ProbedRun): number {
  const classes = [...facts.forgotten, ...facts.kept].find(({ name }) => name === attribute)?.categories.length ?? 2;
  const size = input === 'latent' || input === 'sampled' ? latentSize : input === 'kept' ? facts.kept.length : inputLength;
  const examples = halves ? facts.testCount / 2 : given < 0 ? facts.trainCount : facts.trainCount / facts.classes.length;
  return probeSeconds(probe, { examples, size, classes });
}

/** The rows of an attribute: probes that differ in their seed alone are one. */
function probeRows(
  requests: readonly ProbeRequest[],
  { figures, classes }: { readonly figures: ReadonlyMap<ProbeRequest, FullProbeFigures> } & Pick<DataFacts, 'classes'>,
): AttributeProbeRow[] {
  const rows = new Map<string, AttributeProbeRow & { seeds: { seed: number; figures: FullProbeFigures }[] }>();
  for (const request of requests) {
    const { seed, probe, input, shuffledLabels, whitened, halves, given } = request;
    const key = JSON.stringify({ ...request, seed: null });
    const row = rows.get(key) ?? {
      probe, input, labels: shuffledLabels ? 'shuffled' : 'true', whitened, halves, given: classes[given] ?? null, seeds: [],
    };
    const found = figures.get(request);
    if (found !== undefined) row.seeds.push({ seed, figures: found });
    rows.set(key, row);
  }
  return [...rows.values()];
}

function measured({ description: { facts }, data: { test } }: MeasuredRun, name: string, isNumber: boolean): MeasuredAttribute {
  const { labels, categories } = probedAttribute(test, facts, name);
  const counts = new Float64Array(categories.length);
  let tested = 0;
  for (const label of labels) {
    if (label < 0) continue;
    tested += 1;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return { name, categories, is_number: isNumber, tested, chance: counts.reduce((most, count) => Math.max(most, count), 0) / tested };
}

function forgottenAttribute(
  attribute: MeasuredAttribute & Pick<ForgottenAttribute, 'of'>, rows: readonly AttributeProbeRow[], { facts, fairness }: ProbedRun,
): ForgottenAttribute {
  const probes = rows.filter(({ input }) => input !== 'leace');
  const reads = probes.filter(({ labels }) => labels === 'true');
  const raw = reads.filter(({ input }) => input === 'pixels');
  const ofFeatures = reads.filter(({ input }) => input === 'latent' || input === 'sampled');
  return {
    ...attribute,
    probes,
    best: bestReadings(ofFeatures.filter(({ given }) => given === null)),
    raw: bestReadings(raw.filter(({ given }) => given === null)),
    kept_alone: bestReadings(reads.filter(({ input }) => input === 'kept')),
    given: fairness === 'parity' ? [] : facts.classes.map((name) => {
      const isOf = ({ given }: AttributeProbeRow): boolean => given === name;
      return { class: name, best: bestReadings(ofFeatures.filter(isOf)), raw: bestReadings(raw.filter(isOf)) };
    }),
  };
}

function keptAttribute(attribute: MeasuredAttribute, rows: readonly AttributeProbeRow[]): KeptAttribute {
  const probes = rows.filter(({ input }) => input !== 'leace');
  return {
    ...attribute,
    probes,
    best: bestReadings(probes.filter(({ input }) => input === 'latent')),
    raw: bestReadings(probes.filter(({ input }) => input === 'pixels')),
  };
}

function erasedAttribute(name: string, rows: readonly AttributeProbeRow[]): ErasedAttribute {
  const probes = rows.filter(({ input }) => input === 'leace');
  const classes = [...new Set(probes.flatMap(({ given }) => given ?? []))];
  return {
    name,
    probes,
    best: bestReadings(probes.filter(({ given }) => given === null)),
    given: classes.map((of) => ({ class: of, best: bestReadings(probes.filter(({ given }) => given === of)) })),
  };
}
