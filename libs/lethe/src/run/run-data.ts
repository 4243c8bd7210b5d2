import type { RunConfig } from '@lethe/config';
import { openData, type DataSource } from '@lethe/data';

/** How the data of runs are opened. */
export interface DataOpening {
  /** Folder of what all processes of the machine keep for each other; null: nothing is kept. */
  readonly cacheFolder: string | null;
  /** Told now and then how many inputs have been decoded. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Hears what is to be said about how they were read. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * Opens the data of a run, and says what was left out or changed, or looks wrong.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openRunData({ data, seed }: Pick<RunConfig, 'data' | 'seed'>, opening: DataOpening): Promise<DataSource> {
  const source = await openData(data, seed, opening);
  for (const { kind, text } of source.notes) opening.onNotice?.(kind === 'warning' ? `warning: ${text}` : text);
  return source;
}
