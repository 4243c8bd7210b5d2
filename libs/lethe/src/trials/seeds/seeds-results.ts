import { join, relative } from 'node:path';
import { seedsReport, shownInterval, type SeedCurve } from '@lethe/report';
import type { Trial } from '../trial.js';
import { formatCount, formatNumber } from '@lethe/telemetry';
import type { TrialsFolder } from '../trials-folder.js';
import { isDirection, withoutIntervals } from '../../evaluation/attribute-figures.js';
import { TEST_EXAMPLES } from '../../evaluation/evaluation-figures.js';
import { namesOfFinalFigures } from '../trial-figures.js';
import { seedOf, seedStatistics, type SeedStatistic } from './seeds-statistics.js';

/** Writes `seeds.json` and `report.html` beside the runs. @returns tables and sentences for the terminal */
export async function writeSeeds(
  folder: TrialsFolder,
  trials: readonly Trial[],
  userFolder: string,
): Promise<{ tables: string[][][]; notes: string[] }> {
  // What was measured again since (`lethe evaluate`) counts.
  const measured = await Promise.all(
    trials.map(async (trial) => ({ ...trial, figures: { ...trial.figures, ...(await folder.figures(trial.name)) } })),
  );
  const statistics = seedStatistics(measured, await figureNames(folder, measured));
  const table = statisticsTable(statistics, trials.map(seedOf));
  const missing = trials
    .filter(({ state }) => state !== 'completed')
    .map((trial) => `seed ${seedOf(trial)} is not in the means: ${trial.state}${trial.message === '' ? '' : ` (${trial.message})`}`);
  const notes = [...evidence(statistics, measured), ...missing];
  const runs = trials.map((trial) => ({ name: trial.name, state: trial.state, seed: seedOf(trial) }));
  await folder.writeFile('seeds.json', `${JSON.stringify({ figures: statistics, runs }, null, 2)}\n`);
  await folder.writeFile(
    'report.html',
    await seedsReport({
      title: folder.folder.split('/').at(-1) ?? 'seeds',
      rows: table,
      notes,
      curves: await curves(folder, trials),
      runs: await Promise.all(
        runs.map(async ({ name, seed, state }) => ({
          text: `seed ${seed}: ${state}`,
          folder: `trials/${name}`,
          hasReport: (await folder.evaluation(name)) !== null,
        })),
      ),
    }),
  );
  const first = trials[0]?.name ?? '001';
  return {
    tables: [table],
    notes: [
      ...notes,
      `each run has a folder of its own, like ${relative(userFolder, folder.runFolder(first))}`,
      relative(userFolder, join(folder.folder, 'report.html')),
    ],
  };
}

/** What the column of intervals says, and of how many test examples. */
function evidence(statistics: readonly SeedStatistic[], trials: readonly Trial[]): string[] {
  if (statistics.every(({ interval }) => interval === null)) return [];
  const tested = trials.map(({ figures }) => figures[TEST_EXAMPLES]).filter((count) => count !== undefined);
  const chance = trials.map(({ figures }) => figures['chance']).find((share) => share !== undefined);
  const least = formatCount(tested.reduce((fewest, count) => Math.min(fewest, count), Infinity));
  const floor = chance === undefined ? '' : `; always naming the most frequent class reads ${chance.toFixed(3)}`;
  return [`95 %: what other test examples than these ${least} could have given; ± is over the seeds${floor}`];
}

/** Head and a row for each figure; a run that does not have it has an empty cell. */
function statisticsTable(statistics: readonly SeedStatistic[], seeds: readonly number[]): string[][] {
  const rows = statistics.map(({ figure, mean, deviation, interval, values, ...measured }) => [
    figure, formatted(mean), deviation === null ? '' : `±${formatted(deviation)}`, shownInterval(interval),
    ...seeds.map((seed) => (measured.seeds.includes(seed) ? formatted(values[measured.seeds.indexOf(seed)] ?? Number.NaN) : '')),
  ]);
  return [['figure', 'mean', 'deviation', '95 %', ...seeds.map((seed) => `seed ${seed}`)], ...rows];
}

function formatted(value: number): string {
  return Number.isInteger(value) ? String(value) : formatNumber(value);
}

/** Those that the game has, in its order. */
async function figureNames(folder: TrialsFolder, trials: readonly Trial[]): Promise<string[]> {
  const [first] = trials;
  if (first === undefined) return [];
  const found = [...new Set(trials.flatMap(({ figures }) => Object.keys(figures)))];
  const domains = new Set(found.flatMap((name) => /^(?!held_out\/)(.+)\/label_(?:loss|accuracy)$/.exec(name)?.[1] ?? []));
  return namesOfFinalFigures(await folder.config(first.name), {
    domains: [...domains], directions: withoutIntervals(found).filter(isDirection),
  });
}

/** The figures of each epoch, run by run. */
async function curves(folder: TrialsFolder, trials: readonly Trial[]): Promise<SeedCurve[]> {
  const points = (
    await Promise.all(
      trials.map(async (trial) =>
        (await folder.epochs(trial.name)).flatMap(({ epoch, figures }) =>
          Object.entries(figures).map(([figure, value]) => ({ figure, epoch, value, seed: seedOf(trial) })),
        ),
      ),
    )
  ).flat();
  return [...new Set(points.map(({ figure }) => figure))].map((figure) => ({
    figure,
    points: points.filter((point) => point.figure === figure && Number.isFinite(point.value)),
  }));
}
