import { fairnessOf, type RunConfig } from '@lethe/config';
import { checkChosen, describeData, openData, shortReportLines, type DataSource } from '@lethe/data';

/** How the data of runs are opened. */
export interface DataOpening {
  /** Folder of what all processes of the machine keep for each other; null: nothing is kept. */
  readonly cacheFolder: string | null;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** Told that reading begins: what can be refused without the data was not refused. */
  readonly onBegin?: (() => void) | undefined;
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
  opening.onBegin?.();
  const source = await openData(data, seed, opening);
  for (const { kind, text } of source.notes) opening.onNotice?.(kind === 'warning' ? `warning: ${text}` : text);
  return source;
}

/**
 * Opens the data of a new run, and says also what the examples themselves show: how columns were read, how often each class comes, test
 * examples that are training examples, images that show nothing, a column that gives the label away, what kept attributes tell of those
 * that are to be forgotten.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openNewRunData(config: Pick<RunConfig, 'data' | 'seed' | 'objective'>, opening: DataOpening): Promise<DataSource> {
  const source = await openRunData(config, opening);
  const { onNotice } = opening;
  const told = config.data.domains === null ? await checkChosen(source, fairnessOf(config)) : [];
  for (const { text } of told) onNotice?.(text);
  if (onNotice === undefined) return source;
  const report = await describeData(source, { memoryMiB: config.data.reading.memoryMiB, signal: opening.signal });
  for (const line of shortReportLines(report)) onNotice(line);
  return source;
}
