import type { Checkpoint } from '@lethe/checkpoint';
import {
  checkConfigAgainstData, compileBegunConfig, parseSavedConfig, savedConfigJson, type CheckedConfig, type RunConfig,
} from '@lethe/config';
import { openData, type DataSource } from '@lethe/data';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
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

/**
 * Opens what a run was made of, and compares all of it with its checkpoint: settings that have a part in what was computed, and the data.
 * @param checkpoint null: it has none, and begins again
 * @param override lays what was asked for over the run's own settings
 * @throws LetheError CONFIG_INVALID for settings that were changed, DATA_MISSING, DATA_INVALID, CHECKPOINT_MISMATCH for other data
 */
export async function openSavedRun(
  folder: RunFolder,
  checkpoint: Checkpoint | null,
  override: (saved: RunConfig) => CheckedConfig,
): Promise<SavedRun> {
  const raw = await folder.readConfig();
  const saved = checkpoint === null ? parseSavedConfig(raw, 'config.json') : compileBegunConfig(raw, JSON.parse(checkpoint.configJson));
  const { config, warnings } = override(saved);
  const data = await openOwnData(config);
  const { fingerprint } = data.facts;
  if (checkpoint !== null && checkpoint.dataFingerprint !== fingerprint) {
    const where = config.data.folder === null ? '' : ` in ${config.data.folder}`;
    throw new LetheError(
      'CHECKPOINT_MISMATCH',
      `${folder.name} was trained on other data: expected fingerprint ${checkpoint.dataFingerprint}, found ${fingerprint}${where}`,
    );
  }
  checkConfigAgainstData(config, data.facts);
  return { data, description: describeRun(config, data.facts), warnings, remember: (notice) => remember(folder, raw, config, notice) };
}

async function openOwnData({ data, seed }: RunConfig): Promise<DataSource> {
  try {
    return await openData(data, seed);
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
