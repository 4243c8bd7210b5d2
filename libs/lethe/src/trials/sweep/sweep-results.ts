import { join, relative } from 'node:path';
import { frontSvg, sweepReport } from '@lethe/report';
import { bestTrial, type Trial } from '../trial.js';
import { csvOfTrials, shownSetting, tableOfTrials, variedSettings } from '../trial-tables.js';
import type { TrialsFolder } from '../trials-folder.js';
import type { TrialsState } from '../trials-state.js';

/** Writes `sweep.csv`, `pareto.svg` and `report.html`. @returns the command line that repeats the best trial, or null */
export async function writeSweep(
  folder: TrialsFolder,
  { best }: TrialsState,
  trials: readonly Trial[],
  userFolder: string,
): Promise<string | null> {
  const winner = best === null ? null : bestTrial(trials, best.figure, best.better);
  const command = winner === null ? null : `npx lethe train --config ${relative(userFolder, folder.configFile(winner.name))}`;
  const { points, axes } = front(trials);
  await folder.writeFile('sweep.csv', csvOfTrials(trials));
  const svg = await frontSvg({ points, axes });
  if (svg !== null) await folder.writeFile('pareto.svg', svg);
  const [head = [], ...rows] = tableOfTrials(trials);
  await folder.writeFile(
    'report.html',
    await sweepReport({ title: folder.folder.split('/').at(-1) ?? 'sweep', points, axes, head, rows, best: command }),
  );
  return command === null || winner === null || best === null
    ? null
    : `${winner.name} (${best.figure} ${winner.figures[best.figure]?.toFixed(4) ?? ''}): ${command}`;
}

/** Trials in probe accuracy and reconstruction error; without an evaluation, in the accuracy of the game's own classifier. */
function front(trials: readonly Trial[]): {
  points: { label: string; x: number; y: number; isFront: boolean }[];
  axes: { x: string; y: string };
} {
  const byProbe = trials.some(({ figures }) => figures['probe_mlp'] !== undefined);
  const [x, y] = [byProbe ? 'probe_mlp' : 'classifier_accuracy', 'reconstruction_mse'];
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
      x: byProbe ? 'accuracy of a fresh probe (two hidden layers)' : "accuracy of the game's own classifier",
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
