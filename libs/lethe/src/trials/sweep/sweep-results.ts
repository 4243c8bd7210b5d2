import { join, relative } from 'node:path';
import { frontSvg, sweepReport, type Front } from '@lethe/report';
import { formatCount } from '@lethe/telemetry';
import { bestTrial, type Trial } from '../trial.js';
import { weighings, type Weighing } from '../../evaluation/attribute-figures.js';
import { intervalOf, TEST_EXAMPLES } from '../../evaluation/evaluation-figures.js';
import { csvOfTrials, shownSetting, tableOfTrials, variedSettings } from '../trial-tables.js';
import type { TrialsFolder } from '../trials-folder.js';
import type { TrialsState } from '../trials-state.js';

/** What stands beside a figure in a table. */
const IN_PARENTHESES = 'in parentheses: the 95 % that other test examples could have given';
/** Why no trial is named the best where something is kept and something forgotten. */
const NO_BEST =
  'which trial is best depends on how much of what is kept may be given up to forget more: the front shows what there is';

/**
 * Writes `sweep.csv`, `pareto.svg` and `report.html`.
 * @returns the command line that repeats the best trial, or null; sentences on how sure the figures are
 */
export async function writeSweep(
  folder: TrialsFolder,
  { best }: TrialsState,
  trials: readonly Trial[],
  userFolder: string,
): Promise<{ best: string | null; notes: string[] }> {
  const winner = best === null ? null : bestTrial(trials, best.figure, best.better);
  const command = winner === null ? null : `npx lethe train --config ${relative(userFolder, folder.configFile(winner.name))}`;
  const drawn = fronts(trials);
  await folder.writeFile('sweep.csv', csvOfTrials(trials));
  const [first] = drawn;
  if (first !== undefined) await folder.writeFile('pareto.svg', await frontSvg(first));
  const [head = [], ...rows] = tableOfTrials(trials, 'all');
  const notes = [
    ...(head.some((figure) => trials.some(({ figures }) => intervalOf(figures, figure) !== null)) ? [IN_PARENTHESES] : []),
    ...(winner === null || best === null ? [] : doubts(trials, winner, best.figure)),
    ...(best === null && weighings(namesOf(trials)).length > 0 ? [NO_BEST] : []),
  ];
  await folder.writeFile(
    'report.html',
    await sweepReport({ title: folder.folder.split('/').at(-1) ?? 'sweep', fronts: drawn, head, rows, notes, best: command }),
  );
  if (command === null || winner === null || best === null) return { best: null, notes };
  return { best: `${winner.name} (${best.figure} ${winner.figures[best.figure]?.toFixed(4) ?? ''}): ${command}`, notes };
}

/** What the test examples are too few to tell: that the best trial is better than others. */
export function doubts(trials: readonly Trial[], winner: Trial, figure: string): string[] {
  const own = intervalOf(winner.figures, figure);
  if (own === null) return [];
  const others = trials.filter(({ name, state }) => state === 'completed' && name !== winner.name);
  const alike = others.filter(({ figures }) => {
    const interval = intervalOf(figures, figure);
    return interval !== null && interval[0] <= own[1] && interval[1] >= own[0];
  });
  if (alike.length === 0) return [];
  const tested = formatCount(winner.figures[TEST_EXAMPLES] ?? Number.NaN);
  const which = alike.length === others.length ? 'no other trial' : `${alike.length} of ${others.length} other trials`;
  const verb = alike.length === others.length ? 'can be' : 'cannot be';
  return [`${which} ${verb} told apart from ${winner.name} by ${figure}: with ${tested} test examples their 95 % intervals overlap`];
}

/** What the trials are weighed by: what each keeps against what is read of each forgotten attribute, or as in the article's game. */
export function fronts(trials: readonly Trial[]): Front[] {
  const weighed = weighings(namesOf(trials));
  const found = weighed.length > 0 ? weighed.map((weighing) => weighingFront(trials, weighing)) : [front(trials)];
  return found.filter(({ points }) => points.length > 0);
}

function namesOf(trials: readonly Trial[]): string[] {
  return [...new Set(trials.flatMap(({ figures }) => Object.keys(figures)))];
}

/** What is kept against what is read of a forgotten attribute, beside what follows from the data alone. */
function weighingFront(trials: readonly Trial[], { kept, forgotten }: Weighing): Front {
  const measured = trials.find(({ figures }) => Object.keys(figures).some((name) => name.startsWith('raw_')))?.figures ?? {};
  const { blind } = kept;
  const references = [
    { label: 'raw inputs', x: measured[`raw_${forgotten.figure}`], y: measured[`raw_${kept.figure}`] },
    { label: 'linear eraser', x: measured[`eraser_${forgotten.figure}`], y: measured[`eraser_${kept.figure}`] },
    ...(blind === null ? [] : [
      { label: blind.title, x: 0.5, y: typeof blind.figure === 'number' ? blind.figure : measured[blind.figure] },
    ]),
  ];
  const isGiven = forgotten.figure.endsWith('given_auroc');
  return {
    points: placed(trials, { x: forgotten.figure, y: kept.figure, higherIsBetter: kept.higherIsBetter }),
    references: references.flatMap(({ label, x, y }) => (x === undefined || y === undefined ? [] : [{ label, x, y }])),
    axes: { x: `AUROC of the best fresh probe of ${forgotten.name}${isGiven ? ', given the label' : ''}`, y: kept.title },
    better: kept.higherIsBetter ? 'less is better in the first, more in the second' : 'less is better in both',
  };
}

/**
 * Trials by the accuracy of the best probe that ran and the reconstruction error; without an evaluation, by the accuracy of the game's own
 * classifier.
 */
function front(trials: readonly Trial[]): Front {
  const byProbe = trials.some(({ figures }) => figures['probe_best'] !== undefined);
  return {
    points: placed(trials, { x: byProbe ? 'probe_best' : 'classifier_accuracy', y: 'reconstruction_mse', higherIsBetter: false }),
    references: [],
    axes: { x: byProbe ? 'accuracy of the best fresh probe' : "accuracy of the game's own classifier", y: 'reconstruction error' },
    better: 'less is better in both',
  };
}

/** The completed trials that have both figures; less is better in the first. */
function placed(
  trials: readonly Trial[], { x, y, higherIsBetter }: { readonly x: string; readonly y: string; readonly higherIsBetter: boolean },
): Front['points'] {
  const found = trials.filter(({ state }) => state === 'completed').flatMap((trial) => {
    const [across = Number.NaN, up = Number.NaN] = [trial.figures[x], trial.figures[y]];
    return Number.isFinite(across) && Number.isFinite(up) ? [{ trial, x: across, y: up }] : [];
  });
  const weighed = found.map((point) => ({ ...point, y: higherIsBetter ? -point.y : point.y }));
  const best = new Set(paretoFront(weighed).map(({ trial }) => trial.name));
  const settings = variedSettings(trials);
  return found.map((point) => ({
    x: point.x,
    y: point.y,
    label:
      settings.map((path) => `${path.split('.').at(-1) ?? path} ${shownSetting(point.trial.values[path])}`).join(', ')
      || point.trial.name,
    isFront: best.has(point.trial.name),
  }));
}

/** Absolute paths of the files that `writeSweep` writes. */
export function resultFiles({ folder }: Pick<TrialsFolder, 'folder'>): string[] {
  return ['sweep.csv', 'pareto.svg', 'report.html'].map((name) => join(folder, name));
}

/** A trial in two figures of which less is better. */
export interface TwoFigures {
  readonly x: number;
  readonly y: number;
}

/**
 * Those that no other one beats in one figure without being worse in the other. A point with a figure that is not finite is none of them.
 */
export function paretoFront<Point extends TwoFigures>(points: readonly Point[]): Point[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  return finite.filter(
    (point) => !finite.some((other) => other.x <= point.x && other.y <= point.y && (other.x < point.x || other.y < point.y)),
  );
}
