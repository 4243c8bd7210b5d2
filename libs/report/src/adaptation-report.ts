import type { AdaptationEvaluation, DomainEvaluation, MappedExample } from '@lethe/evaluation';
import { dotChart, heatMap, startNumbering } from './charts.js';
import { columns, configurationSection, figure, page, section, table } from './page.js';
import { curves, type Figures } from './run-report.js';
import { percent } from './verdict.js';

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
  startNumbering();
  const { domains, target, classes } = evaluation;
  const ofTarget = domains.find(({ name }) => name === target);
  return page(title, [
    section('Test examples', table(['domain', '', '', 'examples', 'with a label', 'accuracy', 'AUROC'], domains.map(domainRow))),
    ...(await confusionSection(ofTarget, classes)),
    ...(evaluation.map.length === 0 ? [] : [section('Features of test examples', columns(await featureMaps(evaluation.map)))]),
    section('Curves', columns(await curves(rounds, epochs))),
    configurationSection(config),
  ]);
}

function domainRow({ name, examples, labelled, accuracy, auroc }: DomainEvaluation): string[] {
  return [
    name, '', '', String(examples), String(labelled), accuracy === null ? '' : percent(accuracy), auroc === null ? '' : auroc.toFixed(3),
  ];
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
