import type { Checkpoint } from '@lethe/checkpoint';
import {
  checkConfigAgainstData, compileBegunConfig, parseSavedConfig, problemsError, savedConfigJson, type CheckedConfig, type RunConfig,
} from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import { openRunData, type DataOpening } from './run-data.js';
import type { RunFolder } from '@lethe/run-folder';
import { describeRun, type RunDescription } from '@lethe/graphs';

/** A run of before, ready to be gone on with: nothing of what it was made of is another now. */
export interface SavedRun {
  readonly data: DataSource;
  readonly description: RunDescription;
  /** Sentences for the user. */
  readonly warnings: readonly string[];
  /** Has config.json say what the run is now: how long, and where its data lie. Writes nothing if it says so already. */
  readonly remember: (notice: (line: string) => void) => Promise<void>;
}

/** Runs of configurations before version 3. */
const EARLIER_RULES = 'its data are read as when the run was begun, by the rules of earlier versions: transparent images lie on black, '
  + 'names are compared byte by byte, and only an empty cell, ?, NA and NaN are missing values';

/** How a run of before is opened. */
export interface SavedRunOptions {
  /** Lays what was asked for over the run's own settings. */
  readonly override: (saved: RunConfig) => CheckedConfig;
  readonly opening: DataOpening;
}

/**
 * Opens what a run was made of, and compares all of it with its checkpoint: settings that have a part in what was computed, and the data.
 * @param checkpoint null: it has none, and begins again
 * @throws LetheError CONFIG_INVALID for settings that were changed, CODE_MISSING, DATA_MISSING, DATA_INVALID, CHECKPOINT_MISMATCH for
 * other data
 */
export async function openSavedRun(
  folder: RunFolder,
  checkpoint: Checkpoint | null,
  { override, opening }: SavedRunOptions,
): Promise<SavedRun> {
  const raw = await folder.readConfigWithCode();
  const saved = checkpoint === null ? parseSavedConfig(raw, 'config.json') : compileBegunConfig(raw, JSON.parse(checkpoint.configJson));
  const { config, warnings } = override(saved);
  const data = await openOwnData(config, opening);
  const { fingerprint } = data.facts;
  if (checkpoint !== null && checkpoint.dataFingerprint !== fingerprint) {
    const where = config.data.folder === null ? '' : ` in ${config.data.folder}`;
    throw new LetheError(
      'CHECKPOINT_MISMATCH',
      `${folder.name} was trained on other data: expected fingerprint ${checkpoint.dataFingerprint}, found ${fingerprint}${where}`,
    );
  }
  checkConfigAgainstData(config, data.facts);
  const description = describeRun(config, data.facts);
  expectNotShorter(description, saved);
  return { data, description, warnings, remember: (notice) => remember(folder, raw, config, notice) };
}

/** A length that was given in another unit than before. @throws LetheError CONFIG_INVALID */
function expectNotShorter({ config, facts, totalRounds }: RunDescription, saved: RunConfig): void {
  const before = describeRun(saved, facts).totalRounds;
  if (totalRounds >= before) return;
  const found = config.epochs === null ? `${totalRounds} rounds` : `${config.epochs} epochs (${totalRounds} rounds)`;
  throw problemsError([
    { where: 'the length of the run', expected: `at least the ${before} rounds that the run was started with`, found },
  ]);
}

async function openOwnData(config: RunConfig, opening: DataOpening): Promise<DataSource> {
  const { data } = config;
  if (data.reading.rules === 1 && data.kind !== 'mnist') opening.onNotice?.(EARLIER_RULES);
  try {
    return await openRunData(config, opening);
  } catch (error) {
    if (errorCode(error) !== 'DATA_MISSING' || data.folder === null) throw error;
    throw new LetheError('DATA_MISSING', `${errorMessage(error)}; if the data have been moved, say where to with --data-dir`);
  }
}

async function remember(
  folder: RunFolder,
  raw: unknown,
  { data, epochs, rounds }: RunConfig,
  notice: (line: string) => void,
): Promise<void> {
  const before = parseSavedConfig(raw, 'config.json');
  if (before.data.folder === data.folder && before.epochs === epochs && before.rounds === rounds) return;
  await folder.writeConfig(savedConfigJson({ ...before, epochs, rounds, data: { ...before.data, folder: data.folder } }));
  if (before.data.folder !== data.folder) notice(`${folder.name} has its data in ${data.folder ?? ''} from now on (config.json)`);
}
