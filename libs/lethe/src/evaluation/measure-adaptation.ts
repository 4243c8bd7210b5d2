import {
  areaInterval, areaUnderCurve, confusionMatrix, likeliestClass, shareInterval,
  type AdaptationEvaluation, type DomainEvaluation, type MappedExample,
} from '@lethe/evaluation';
import { MISSING, type DataSource, type DomainFacts } from '@lethe/data';
import { rounded } from '../record/metrics.js';
import { usedExamples, type MeasuredRun } from './measured-run.js';
import { placesOnPlane } from './places-on-plane.js';
import { predictTest, type TestPredictions } from './predict-test.js';

/** Test examples whose features are shown on a map, shared out over the domains. */
const MAPPED = 1000;

/** The likeliest class of every test example, and the features it is predicted from. */
interface ReadPredictions extends Pick<TestPredictions, 'features' | 'size'> {
  readonly predicted: Int32Array;
  /** Probability of the last class. */
  readonly scores: Float32Array;
}

/** Measures how well the labels of every domain's test examples are read; the same for any number of workers. */
export async function measureAdaptation(run: MeasuredRun): Promise<AdaptationEvaluation> {
  const { description: { config, facts }, data, rounds } = run;
  const { domains } = config.data;
  if (domains === null || domains.target === null || domains.training === 'each')
    throw new TypeError('a run of domain adaptation has domains, a target among them, and is of one kind');
  const predictions = readPredictions(await predictTest(run), facts.classes.length);
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

function readPredictions({ logProbabilities, ...features }: TestPredictions, classes: number): ReadPredictions {
  const examples = logProbabilities.length / classes;
  const rowOf = (example: number): Float32Array => logProbabilities.subarray(example * classes, (example + 1) * classes);
  return {
    ...features,
    predicted: Int32Array.from({ length: examples }, (_, example) => likeliestClass(rowOf(example))),
    scores: Float32Array.from({ length: examples }, (_, example) => Math.exp(rowOf(example)[classes - 1] ?? Number.NaN)),
  };
}

/** Indices of a domain's test examples. */
function examplesOf({ test }: DataSource, domain: number): number[] {
  return [...test.domains.keys()].filter((example) => test.domains[example] === domain);
}

interface Measured {
  readonly data: DataSource;
  readonly predictions: ReadPredictions;
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
  { predicted, scores }: ReadPredictions,
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
