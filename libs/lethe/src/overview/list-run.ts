import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gameName, parseSavedConfig, type RunConfig } from '@lethe/config';
import { RunFolder } from '@lethe/run-folder';
import { finalFigures } from '../evaluation/final-figures.js';
import { FollowedMetrics } from '../record/followed-metrics.js';
import { lastWritten, reachedFigures, type ListedRun, type PlayedLength } from './listed-run.js';
import { stateOfRun } from './run-state.js';

const RESULTS = ['summary.json', 'evaluation.json'];

/**
 * What a run's folder says of it.
 * @param folder absolute path
 * @throws LetheError CONFIG_INVALID, RUN_MISSING for settings that cannot be read
 */
export async function listRun(folder: string): Promise<ListedRun> {
  const run = RunFolder.at(folder);
  const config = parseSavedConfig(await run.readConfig(), 'config.json');
  return {
    name: basename(folder), folder, kind: 'run', ...await stateOfRun(run), recipe: config.recipe, game: gameName(config),
    played: await playedLength(folder, config),
    written: await lastWritten(['config.json', 'metrics.jsonl', ...RESULTS].map((file) => join(folder, file))),
    ...await reached(folder),
  };
}

async function playedLength(folder: string, { epochs, rounds }: RunConfig): Promise<PlayedLength> {
  const metrics = new FollowedMetrics(folder);
  if (epochs === null) return { unit: 'round', done: await metrics.rounds(), total: rounds ?? 0 };
  return { unit: 'epoch', done: Number((await metrics.epochs()).at(-1)?.['epoch'] ?? 0), total: epochs };
}

/** A file of results that was edited, or that another version wrote, leaves the others readable. */
async function reached(folder: string): Promise<Pick<ListedRun, 'figures' | 'problems'>> {
  const problems = (await Promise.all(RESULTS.map((file) => problemOf(folder, file)))).flat();
  try {
    return { figures: reachedFigures(await finalFigures(folder)), problems };
  } catch {
    return { figures: {}, problems: [...problems, `${RESULTS.join(' or ')}: expected figures as Lethe writes them, found others`] };
  }
}

/** What is wrong with a file of JSON that is there. */
async function problemOf(folder: string, file: string): Promise<string[]> {
  const text = await readFile(join(folder, file), 'utf8').catch((error: unknown) => (isMissing(error) ? 'null' : ''));
  try {
    JSON.parse(text);
    return [];
  } catch {
    return [`${file}: expected JSON, found something else (cut off or edited?)`];
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
