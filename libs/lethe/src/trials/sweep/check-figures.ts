import { didYouMean, problemsError, type Problem, type RunConfig } from '@lethe/config';
import { openData, type DataFacts } from '@lethe/data';
import { directionNames, isDirection } from '../../evaluation/attribute-figures.js';
import type { SweepRequest } from '../../requests.js';
import type { PlannedTrial } from '../trial.js';
import type { TrialsState } from '../trials-state.js';
import { namesOfEpochFigures, namesOfFinalFigures, type NamesOfData } from '../trial-figures.js';

/** By what the best trial is named where nothing is said: the first that all trials have. */
const USUAL = [
  { figure: 'probe_best', better: 'lower' },
  { figure: 'reconstruction_mse', better: 'lower' },
  { figure: 'held_out/label_accuracy', better: 'higher' },
] as const;

/** A figure of one population's test examples: only its data know the name. */
const OF_A_DOMAIN = /^.+\/label_(loss|accuracy)$/;

/**
 * By which figure the best of these trials is named, after a look at whether every trial has what was asked for; null where
 * nothing was said and they have none of the usual ones.
 * @throws LetheError CONFIG_INVALID listing the figures that there are
 */
export async function checkFigures(
  planned: readonly PlannedTrial[],
  { best, halving }: Pick<SweepRequest, 'best' | 'halving'>,
): Promise<TrialsState['best']> {
  const [first] = planned;
  const asksData = best !== null && first !== undefined && onlyDataKnow(best.figure, first.config);
  const names = asksData ? namesOf((await openData(first.config.data, first.config.seed)).facts) : { domains: [], directions: [] };
  const final = ofAll(planned.map(({ config }) => namesOfFinalFigures(config, names)));
  const problems = [
    ...(best === null ? [] : problemsOf('--best', best.figure, final)),
    ...(halving === null ? [] : problemsOf('--halving', halving.figure, ofAll(planned.map(({ config }) => namesOfEpochFigures(config))))),
  ];
  if (problems.length > 0) throw problemsError(problems);
  // What is kept is weighed against what is forgotten: no single figure says which trial is best.
  if (best === null && final.some((name) => name.startsWith('forgotten_'))) return null;
  return best ?? USUAL.find(({ figure }) => final.includes(figure)) ?? null;
}

function onlyDataKnow(figure: string, { data: { kind } }: RunConfig): boolean {
  return kind === 'domains' ? OF_A_DOMAIN.test(figure) : isDirection(figure);
}

function namesOf({ domains, forgotten }: DataFacts): NamesOfData {
  return { domains: domains.map(({ name }) => name), directions: directionNames(forgotten.filter(({ of }) => of.length === 1)) };
}

function ofAll([first = [], ...others]: readonly (readonly string[])[]): string[] {
  return first.filter((name) => others.every((names) => names.includes(name)));
}

function problemsOf(where: string, figure: string, known: readonly string[]): Problem[] {
  if (known.includes(figure)) return [];
  const meant = didYouMean(figure, known);
  const expected =
    known.length === 0
      ? 'held-out examples to have figures of each epoch (--held-out above 0)'
      : `a figure that every trial has (${known.join(', ')})`;
  return [{ where, expected, found: `"${figure}"${meant === undefined ? '' : ` (did you mean ${meant}?)`}` }];
}
