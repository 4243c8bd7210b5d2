import { join, relative } from 'node:path';
import { frontSvg, sweepReport } from '@lethe/report';
import { paretoFront } from './pareto-front.js';
import { shownSetting } from './search-space.js';
import { csvOfTrials } from '../trial-table.js';
import { bestTrial, type Trial } from '../trial.js';
import type { TrialsFolder } from '../trials-folder.js';
import type { TrialsState } from '../trials-state.js';

/** Figures shown in the tables of a terminal and of the report. */
const SHOWN = ['epochs', 'probe_linear', 'probe_mlp', 'probe_neighbours', 'swap', 'reconstruction_mse', 'classifier_accuracy', 'target_accuracy', 'target_auroc', 'wall_seconds'];

/** Writes `sweep.csv`, `pareto.svg` and `report.html`. @returns the command line that repeats the best trial, or null */
export async function writeSweep(folder: TrialsFolder, { best }: TrialsState, trials: readonly Trial[], userFolder: string): Promise<string | null> {
  const winner = best === null ? null : bestTrial(trials, best.figure, best.better);
  const command = winner === null ? null : `npx lethe train --config ${relative(userFolder, folder.configFile(winner.name))}`;
  const { points, axes } = front(trials);
  await folder.writeFile('sweep.csv', csvOfTrials(trials));
  const svg = await frontSvg({ points, axes });
  if (svg !== null) await folder.writeFile('pareto.svg', svg);
  const [head = [], ...rows] = tableOfTrials(trials);
  await folder.writeFile('report.html', await sweepReport({ title: folder.folder.split('/').at(-1) ?? 'sweep', points, axes, head, rows, best: command }));
  return command === null || winner === null || best === null ? null : `${winner.name} (${best.figure} ${winner.figures[best.figure]?.toFixed(4) ?? ''}): ${command}`;
}

/** Head and one row for each trial. */
export function tableOfTrials(trials: readonly Trial[]): string[][] {
  const settings = varied(trials);
  const shown = SHOWN.filter((figure) => trials.some(({ figures }) => figures[figure] !== undefined));
  return [
    ['trial', 'state', ...settings.map((path) => path.split('.').at(-1) ?? path), ...shown],
    ...trials.map(({ name, state, values, figures }) => [name, state, ...settings.map((path) => shownSetting(values[path])), ...shown.map((figure) => formatted(figures[figure]))]),
  ];
}

/** Trials in probe accuracy and reconstruction error; without an evaluation, in the accuracy of the game's own classifier. */
function front(trials: readonly Trial[]): { points: { label: string; x: number; y: number; isFront: boolean }[]; axes: { x: string; y: string } } {
  const byProbe = trials.some(({ figures }) => figures['probe_mlp'] !== undefined);
  const [x, y] = [byProbe ? 'probe_mlp' : 'classifier_accuracy', 'reconstruction_mse'];
  const placed = trials.filter(({ state }) => state === 'completed').flatMap((trial) => {
    const [across = Number.NaN, up = Number.NaN] = [trial.figures[x], trial.figures[y]];
    return Number.isFinite(across) && Number.isFinite(up) ? [{ trial, x: across, y: up }] : [];
  });
  const best = new Set(paretoFront(placed).map(({ trial }) => trial.name));
  const settings = varied(trials);
  return {
    points: placed.map((point) => ({ x: point.x, y: point.y, label: settings.map((path) => `${path.split('.').at(-1) ?? path} ${shownSetting(point.trial.values[path])}`).join(', ') || point.trial.name, isFront: best.has(point.trial.name) })),
    axes: { x: byProbe ? 'accuracy of a fresh probe (two hidden layers)' : "accuracy of the game's own classifier", y: 'reconstruction error' },
  };
}

/** Settings in which the trials differ. */
function varied(trials: readonly Trial[]): string[] {
  const paths = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
  return paths.filter((path) => new Set(trials.map(({ values }) => shownSetting(values[path]))).size > 1);
}

function formatted(value: number | undefined): string {
  if (value === undefined) return '';
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** Names of the files, for whoever is told where they are. */
export function resultFiles(folder: TrialsFolder, userFolder: string): string[] {
  return ['sweep.csv', 'pareto.svg', 'report.html'].map((name) => relative(userFolder, join(folder.folder, name)));
}
