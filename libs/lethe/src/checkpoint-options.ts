import type { WhichCheckpoint } from '@lethe/checkpoint';
import { settingsLayer, type Settings } from '@lethe/config';
import type { CommonOptions, Surroundings } from './common-options.js';
import type { CheckpointRequest } from './requests.js';

/** Which networks of a run are used, and where its data lie. */
export interface CheckpointOptions extends CommonOptions {
  /** The last checkpoint that can be read, the best by the figure that the run monitors, or the one after a round. Default: `latest`. */
  readonly checkpoint?: WhichCheckpoint | undefined;
  /** Where the run's data lie now, if they were moved. */
  readonly dataDir?: string | undefined;
  /** Most that packed files of the data may be unpacked to, in GiB. Default: what the run says. */
  readonly unpackedGiB?: number | undefined;
  /** Ends it at once; what was asked for is rejected with INTERRUPTED. */
  readonly signal?: AbortSignal | undefined;
}

/** What these options ask for. @param run its name below `runsDir`, or its folder */
export function checkpointRequest(
  run: string, options: CheckpointOptions, { folder, runsFolder, logLevel }: Surroundings,
): CheckpointRequest {
  const { checkpoint = 'latest', dataDir, unpackedGiB, nameOf } = options;
  const settings: Settings = { ...(dataDir === undefined ? {} : { dataDir }), ...(unpackedGiB === undefined ? {} : { unpackedGiB }) };
  return { run, folder, runsFolder, logLevel, checkpoint, flags: settingsLayer(settings, { folder, nameOf }) };
}
