import { join, relative } from 'node:path';
import { frontSvg, sweepReport } from '@lethe/report';
import { formatCount } from '@lethe/telemetry';
import { bestTrial, type Trial } from '../trial.js';
import { intervalOf, TEST_EXAMPLES } from '../../evaluation/evaluation-figures.js';
import { csvOfTrials, shownSetting, tableOfTrials, variedSettings } from '../trial-tables.js';
import type { TrialsFolder } from '../trials-folder.js';
import type { TrialsState } from '../trials-state.js';

/** What stands beside a figure in a table. */
const IN_PARENTHESES = 'in parentheses: the 95 % that other test examples could have given';

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
  const { points, axes } = front(trials);
  await folder.writeFile('sweep.csv', csvOfTrials(trials));
  const svg = await frontSvg({ points, axes });
  if (svg !== null) await folder.writeFile('pareto.svg', svg);
  const [head = [], ...rows] = tableOfTrials(trials, 'all');
  const notes = [
    ...(head.some((figure) => trials.some(({ figures }) => intervalOf(figures, figure) !== null)) ? [IN_PARENTHESES] : []),
    ...(winner === null || best === null ? [] : doubts(trials, winner, best.figure)),
  ];
  await folder.writeFile(
    'report.html',
    await sweepReport({ title: folder.folder.split('/').at(-1) ?? 'sweep', points, axes, head, rows, notes, best: command }),
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

/**
 * Trials by the accuracy of the best probe that ran and the reconstruction error; without an evaluation, by the accuracy of the game's own
 * classifier.
 */
export function front(trials: readonly Trial[]): {
  points: { label: string; x: number; y: number; isFront: boolean }[];
  axes: { x: string; y: string };
} {
  const byProbe = trials.some(({ figures }) => figures['probe_best'] !== undefined);
  const [x, y] = [byProbe ? 'probe_best' : 'classifier_accuracy', 'reconstruction_mse'];
  const placed = trials.filter(({ state }) => state === 'completed').flatMap((trial) => {
    const [across = Number.NaN, up = Number.NaN] = [trial.figures[x], trial.figures[y]];
    return Number.isFinite(across) && Number.isFinite(up) ? [{ trial, x: across, y: up }] : [];
  });
  const best = new Set(paretoFront(placed).map(({ trial }) => trial.name));
  const settings = variedSettings(trials);
  return {
    points: placed.map((point) => ({
      x: point.x,
      y: point.y,
      label:
        settings.map((path) => `${path.split('.').at(-1) ?? path} ${shownSetting(point.trial.values[path])}`).join(', ')
        || point.trial.name,
      isFront: best.has(point.trial.name),
    })),
    axes: {
      x: byProbe ? 'accuracy of the best fresh probe' : "accuracy of the game's own classifier",
      y: 'reconstruction error',
    },
  };
}

/** Paths of the files that `writeSweep` writes, relative to where the user typed. */
export function resultFiles(folder: TrialsFolder, userFolder: string): string[] {
  return ['sweep.csv', 'pareto.svg', 'report.html'].map((name) => relative(userFolder, join(folder.folder, name)));
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
