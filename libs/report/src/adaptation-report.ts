import type { AdaptationEvaluation, DomainEvaluation, MappedExample } from '@lethe/evaluation';
import { dotChart, heatMap, startNumbering } from './charts.js';
import { columns, configurationSection, escapeHtml, figure, page, section, table } from './page.js';
import { curves, type Figures } from './run-report.js';
import { percent, shownExamples, shownInterval } from './shown-figures.js';

export interface AdaptationReport {
  readonly title: string;
  readonly evaluation: AdaptationEvaluation;
  readonly config: unknown;
  /** Losses of each round. */
  readonly rounds: readonly Figures[];
  /** Figures of the held-out examples after each epoch; perhaps none. */
  readonly epochs: readonly Figures[];
}

/** One self-contained page about a run of domain adaptation. */
export async function adaptationReport({ title, evaluation, config, rounds, epochs }: AdaptationReport): Promise<string> {
  await startNumbering();
  const { domains, target, classes } = evaluation;
  const ofTarget = domains.find(({ name }) => name === target);
  return page(title, [
    section(
      'Test examples',
      table(DOMAIN_HEAD, domains.map(domainRow)),
      ...[shownExamples(evaluation.examples), ...leftOut(evaluation)].map((sentence) => `<p>${escapeHtml(sentence)}.</p>`),
    ),
    ...(await confusionSection(ofTarget, classes)),
    ...(evaluation.map.length === 0 ? [] : [section('Features of test examples', columns(await featureMaps(evaluation.map)))]),
    section('Curves', columns(await curves(rounds, epochs))),
    configurationSection(config),
  ]);
}

const DOMAIN_HEAD = [
  'domain', '', '', 'trained on', 'test examples', 'with a label', 'most frequent class', 'accuracy', '95 %', 'AUROC', '95 %',
];

function domainRow({ name, training_examples: trained, examples, labelled, ...figures }: DomainEvaluation): string[] {
  const { accuracy, accuracy_interval: ofAccuracy, auroc, auroc_interval: ofArea } = figures;
  return [
    name, '', '', String(trained), String(examples), String(labelled),
    labelled === 0 ? '' : percent(mostFrequentShare(figures.confusion)),
    accuracy === null ? '' : percent(accuracy), shownInterval(ofAccuracy), auroc === null ? '' : auroc.toFixed(3), shownInterval(ofArea),
  ];
}

/** The share of the most frequent class among labelled examples: naming it always is right for as many. */
export function mostFrequentShare(confusion: DomainEvaluation['confusion']): number {
  const counts = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  return counts.reduce((most, count) => Math.max(most, count), 0) / counts.reduce((sum, count) => sum + count, 0);
}

/** A sentence for each domain with test examples that the figures do not speak of, or that could not be predicted. */
export function leftOut({ domains }: Pick<AdaptationEvaluation, 'domains'>): string[] {
  return domains.flatMap(({ name, other_labels: others, unreadable }) => [
    ...(others.length === 0 ? [] : [otherLabels(name, others)]),
    ...(unreadable === 0 ? [] : [`${counted(unreadable)} of ${name} without a finite prediction: read wrong`]),
  ]);
}

/** More names of labels would hide how many there are. */
const MOST_LABELS_NAMED = 8;

function otherLabels(name: string, others: DomainEvaluation['other_labels']): string {
  const all = others.reduce((sum, { count }) => sum + count, 0);
  const named = others.slice(0, MOST_LABELS_NAMED).map(({ name: label, count }) => `${label} ${count}`).join(', ');
  const more = others.length > MOST_LABELS_NAMED ? ', ...' : '';
  return `${counted(all)} of ${name} with labels that no source has (${named}${more}): left out of the accuracy`;
}

function counted(examples: number): string {
  return `${examples} test ${examples === 1 ? 'example' : 'examples'}`;
}

/** The part of a domain's evaluation that a confusion matrix is drawn from. */
export type Confusion = Pick<DomainEvaluation, 'name' | 'labelled' | 'confusion'>;

/** The confusion matrix of a domain as shares of each class; nothing without labels. */
export async function confusionSection(domain: Confusion | undefined, classes: readonly string[]): Promise<string[]> {
  if (domain === undefined || domain.labelled === 0) return [];
  const shares = domain.confusion.map((row) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (all === 0 ? 0 : count / all));
  });
  const map = await heatMap(shares, classes, { x: 'predicted', y: 'is' });
  return [section(`What is taken for what in ${domain.name}`, figure(map, 'share of each class'))];
}

/** Two maps of the same places, coloured by domain and by class. */
export async function featureMaps(examples: readonly MappedExample[], caption = ''): Promise<string[]> {
  const drawn = async (seriesOf: (example: MappedExample) => string, by: string): Promise<string> => {
    const points = examples.map((example) => ({ x: example.x, y: example.y, series: seriesOf(example) }));
    return figure(await dotChart(points, { x: '', y: '' }), `${caption}UMAP of ${examples.length} features, by ${by}`);
  };
  return [await drawn(({ domain }) => domain, 'domain'), await drawn(({ label }) => (label === '' ? 'unknown' : label), 'class')];
}
