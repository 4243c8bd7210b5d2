import {
  areaInterval, areaUnderCurve, confusionMatrix, likeliestClass, SCORE_CHUNK, shareInterval,
  type AdaptationEvaluation, type DomainEvaluation, type MappedExample,
} from '@lethe/evaluation';
import { MISSING, type DataSource, type DomainFacts } from '@lethe/data';
import { rounded } from '../record/metrics.js';
import { usedExamples, type MeasuredRun } from './measured-run.js';
import { placesOnPlane } from './places-on-plane.js';

/** Test examples whose features are shown on a map, shared out over the domains. */
const MAPPED = 1000;

/** What is predicted for all test examples, and the features it is predicted from, row by row. */
interface TestPredictions {
  readonly predicted: Int32Array;
  /** Probability of the last class. */
  readonly scores: Float32Array;
  /** Float32 [examples, size]. */
  readonly features: Float32Array;
  readonly size: number;
}

/** Measures how well the labels of every domain's test examples are read; the same for any number of workers. */
export async function measureAdaptation(run: MeasuredRun): Promise<AdaptationEvaluation> {
  const { description: { config, facts }, data, rounds } = run;
  const { domains } = config.data;
  if (domains === null || domains.target === null || domains.training === 'each')
    throw new TypeError('a run of domain adaptation has domains, a target among them, and is of one kind');
  const predictions = await predictTest(run);
  const chosen = facts.domains.map((_, domain) => examplesOf(data, domain));
  const scored = scoredOf(data, predictions, chosen.at(-1) ?? []);
  return {
    kind: 'domain-adaptation',
    rounds,
    examples: usedExamples(run),
    classes: facts.classes,
    training: domains.training,
    seed: config.seed,
    target: domains.target,
    domains: facts.domains.map((domain, index) => domainEvaluation(domain, chosen[index] ?? [], { data, predictions })),
    scored: facts.classes.length === 2 && scored.labels.length > 0 ? scored : null,
    map: await mapped(run.cluster, chosen, { data, predictions }),
  };
}

async function predictTest({ cluster, description: { facts }, data }: MeasuredRun): Promise<TestPredictions> {
  const classes = facts.classes.length;
  const chunks = await cluster.evaluations.ofExamples('predict', 'test', data.test.count, SCORE_CHUNK);
  const rowLength = (chunks[0]?.length ?? 0) / Math.min(SCORE_CHUNK, data.test.count);
  const size = rowLength - classes;
  const predicted = new Int32Array(data.test.count);
  const scores = new Float32Array(data.test.count);
  const features = new Float32Array(data.test.count * size);
  for (let example = 0; example < data.test.count; example += 1) {
    const chunk = chunks[Math.floor(example / SCORE_CHUNK)] ?? new Float32Array(0);
    const row = chunk.subarray((example % SCORE_CHUNK) * rowLength, (example % SCORE_CHUNK + 1) * rowLength);
    const logProbabilities = row.subarray(0, classes);
    predicted[example] = likeliestClass(logProbabilities);
    scores[example] = Math.exp(logProbabilities[classes - 1] ?? Number.NaN);
    features.set(row.subarray(classes), example * size);
  }
  return { predicted, scores, features, size };
}

/** Indices of a domain's test examples. */
function examplesOf({ test }: DataSource, domain: number): number[] {
  return [...test.domains.keys()].filter((example) => test.domains[example] === domain);
}

interface Measured {
  readonly data: DataSource;
  readonly predictions: TestPredictions;
}

function domainEvaluation(
  { name, trainCount, otherLabels }: DomainFacts, examples: readonly number[], { data, predictions }: Measured,
): DomainEvaluation {
  const classes = data.facts.classes.length;
  const { labels, scores, predicted } = scoredOf(data, predictions, examples);
  const right = labels.filter((label, index) => predicted[index] === label).length;
  const accuracy = labels.length === 0 ? null : right / labels.length;
  const auroc = classes === 2 ? areaUnderCurve({ labels, scores }) : null;
  const positives = labels.filter((label) => label === 1).length;
  return {
    name,
    training_examples: trainCount,
    examples: examples.length,
    labelled: labels.length,
    accuracy,
    accuracy_interval: accuracy === null ? null : shareInterval(accuracy, labels.length),
    auroc,
    auroc_interval: auroc === null ? null : areaInterval(auroc, positives, labels.length - positives),
    unreadable: predicted.filter((label) => label < 0).length,
    other_labels: otherLabels,
    confusion: confusionMatrix(labels, predicted, classes),
  };
}

/** Those of the examples that have a label. */
function scoredOf(
  { test }: DataSource,
  { predicted, scores }: TestPredictions,
  examples: readonly number[],
): { labels: number[]; scores: number[]; predicted: number[] } {
  const known = examples.filter((example) => test.labels[example] !== MISSING);
  return {
    labels: known.map((example) => test.labels[example] ?? 0),
    scores: known.map((example) => scores[example] ?? 0),
    predicted: known.map((example) => predicted[example] ?? 0),
  };
}

async function mapped(
  cluster: MeasuredRun['cluster'],
  chosen: readonly (readonly number[])[],
  { data: { test, facts }, predictions: { features, size } }: Measured,
): Promise<MappedExample[]> {
  const examples = chosen.flatMap((ofDomain) => ofDomain.slice(0, Math.floor(MAPPED / chosen.length)));
  const values = new Float32Array(examples.length * size);
  for (const [index, example] of examples.entries()) values.set(features.subarray(example * size, (example + 1) * size), index * size);
  const places = (await placesOnPlane(cluster, { values, size }, examples.length)) ?? [];
  return places.map(({ example: row, x, y }): MappedExample => {
    const example = examples[row] ?? 0;
    return {
      x: rounded(x),
      y: rounded(y),
      domain: facts.domains[test.domains[example] ?? 0]?.name ?? '',
      label: facts.classes[test.labels[example] ?? MISSING] ?? '',
    };
  });
}
