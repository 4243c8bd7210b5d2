import {
  shareInterval, type AdaptationEvaluation, type DomainEvaluation, type ForgettingEvaluation, type RunEvaluation,
} from '@lethe/evaluation';
import {
  accuracyInterval, bestProbe, leftOut, percent, plainVerdict, shownError, shownExamples, shownInterval, shownPercents, spread,
  type BestProbe,
} from '@lethe/report';
import { formatCount } from '@lethe/telemetry';
import { attributeRows, concludedAttributes } from './attribute-lines.js';
import type { Conclusion, NamedFigure } from './conclusion.js';

/** Measures in words and tables. */
export interface DescribedMeasures extends Conclusion {
  /** What they were measured on: "trained on 55,000 images, tested on 10,000", ... */
  readonly examples: string;
  /** A head and a row for every probe, or for every domain. */
  readonly table: readonly (readonly string[])[];
}

/** What measures come to: a verdict in plain words, the figures that it rests on, and a table of all. */
export function describeMeasures(measures: RunEvaluation): DescribedMeasures {
  return { ...concluded(measures), examples: shownExamples(measures.examples), table: measuredRows(measures) };
}

function concluded(evaluation: RunEvaluation): Conclusion {
  switch (evaluation.kind) {
    case 'forgetting':
      return concludedForgetting(evaluation);
    case 'attributes':
      return concludedAttributes(evaluation);
    case 'domain-adaptation':
      return concludedAdaptation(evaluation);
  }
}

function measuredRows(evaluation: RunEvaluation): string[][] {
  switch (evaluation.kind) {
    case 'forgetting':
      return probeRows(evaluation);
    case 'attributes':
      return attributeRows(evaluation);
    case 'domain-adaptation':
      return domainRows(evaluation);
  }
}

function concludedForgetting(evaluation: ForgettingEvaluation): Conclusion {
  const { swap, reconstruction, examples, chance } = evaluation;
  const ofMean = reconstruction.of_mean_image;
  const best = bestProbe(evaluation);
  const tested = `of ${formatCount(examples.tested)} test images`;
  const redrawn = shareInterval(swap.off_diagonal, examples.tested);
  return {
    sentences: plainVerdict(evaluation),
    figures: [
      ...(best === null ? [] : labelFigures(best, chance)),
      ['reconstruction error', `${shownError(reconstruction.mean, examples)}, ${tested}`],
      ...(ofMean === undefined ? [] : [['', `${ofMean.toFixed(4)} if each were redrawn as the mean of the training images`] as const]),
      ['redrawn as intended', `${percent(swap.off_diagonal)} (95 %: ${shownPercents(redrawn)}), ${tested}`],
    ],
  };
}

function labelFigures({ by, share, interval, images, kinds, seeds }: BestProbe, chance: number): NamedFigure[] {
  const of = kinds === 1 ? `the only probe: ${by}` : `the best of ${kinds} probes: ${by}`;
  const read = `${percent(share)} (95 %: ${shownPercents(interval)}) of ${formatCount(images)} test images`;
  return [
    ['label read by a probe', `${read}; ${percent(chance)} by chance`],
    ['', `${of}${seeds > 1 ? `, mean of ${seeds} seeds` : ', one seed'}`],
  ];
}

const LEARNT: Readonly<Record<AdaptationEvaluation['training'], string>> = {
  sources: 'from the labels of the sources alone',
  adaptation: 'from the labels of the sources and the examples of the target without their labels',
  target: "from the target's own labels",
};

function concludedAdaptation({ domains, target, training, ...evaluation }: AdaptationEvaluation): Conclusion {
  const ofTarget = domains.find(({ name }) => name === target);
  const accuracy = ofTarget?.accuracy ?? null;
  const read = accuracy === null
    ? `No test example of ${target} has a label, so that nothing can be said about it`
    : `The model reads the label of ${percent(accuracy)} of the test examples of ${target} right`;
  return {
    sentences: [`Trained ${LEARNT[training]}.`, `${read}.`, ...leftOut({ domains }).map((sentence) => `${sentence}.`)],
    figures: [
      ...(ofTarget === undefined ? [] : figuresOf(`target ${target}`, ofTarget)),
      ...sourceFigures(domains.filter(({ name }) => name !== target)),
      ['trained on', `${formatCount(evaluation.examples.trained)} examples`],
    ],
  };
}

/** More sources do not fit into a terminal; the report has them all. */
const MOST_SOURCES_SHOWN = 20;

function sourceFigures(sources: readonly DomainEvaluation[]): NamedFigure[] {
  if (sources.length <= MOST_SOURCES_SHOWN) return sources.flatMap((domain) => figuresOf(`source ${domain.name}`, domain));
  const labelled = sources.reduce((sum, domain) => sum + domain.labelled, 0);
  const right = sources.reduce((sum, { accuracy, labelled: count }) => sum + (accuracy ?? 0) * count, 0);
  const accuracy = labelled === 0 ? null : right / labelled;
  const interval = accuracy === null ? null : shareInterval(accuracy, labelled);
  const together = { labelled, accuracy, accuracy_interval: interval, auroc: null, auroc_interval: null };
  return figuresOf(`${sources.length} sources together`, together);
}

type Scored = Pick<DomainEvaluation, 'labelled' | 'accuracy' | 'accuracy_interval' | 'auroc' | 'auroc_interval'>;

function figuresOf(name: string, { labelled, accuracy, auroc, ...intervals }: Scored): NamedFigure[] {
  const { accuracy_interval: ofAccuracy, auroc_interval: ofArea } = intervals;
  if (accuracy === null) return [[name, 'no labels to score']];
  const interval = ofAccuracy === null ? '' : ` (95 %: ${shownPercents(ofAccuracy)})`;
  return [
    [name, `${percent(accuracy)}${interval} of ${formatCount(labelled)} test examples read right`],
    ...(auroc === null ? [] : [['', `AUROC ${auroc.toFixed(3)} (95 %: ${shownInterval(ofArea)})`] as const]),
  ];
}

function probeRows({ probes }: ForgettingEvaluation): string[][] {
  return [
    ['probe', 'reads', 'labels', 'accuracy', '95 %', 'balanced', 'cross-entropy', 'information'],
    ...probes.map((row) => [
      row.probe, row.input, row.labels, spread(row.seeds.map(({ figures }) => figures.accuracy)), shownInterval(accuracyInterval(row)),
      ...(['balanced_accuracy', 'cross_entropy', 'information'] as const).map((figure) =>
        spread(row.seeds.map(({ figures }) => figures[figure])),
      ),
    ]),
  ];
}

function domainRows({ domains, target }: AdaptationEvaluation): string[][] {
  return [
    ['domain', '', 'trained on', 'test examples', 'with a label', 'accuracy', '95 %', 'AUROC', '95 %'],
    ...domains.map(({ name, training_examples: trained, examples, labelled, ...found }) => [
      name, name === target ? 'target' : 'source', String(trained), String(examples), String(labelled),
      found.accuracy === null ? '' : percent(found.accuracy), shownInterval(found.accuracy_interval),
      found.auroc === null ? '' : found.auroc.toFixed(3), shownInterval(found.auroc_interval),
    ]),
  ];
}
