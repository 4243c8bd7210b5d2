import { findCheckpoint, type Checkpoint, type WhichCheckpoint } from '@lethe/checkpoint';
import { compileBegunConfig, type RunConfig } from '@lethe/config';
import type { DescribedData, Preprocessing } from '@lethe/data';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import { evaluationVectors } from '@lethe/evaluation';
import { describeRun, type RunDescription } from '@lethe/graphs';
import { AVERAGE } from '@lethe/parameter-store';
import type { GroupState } from '@lethe/protocol';
import { RunFolder } from '@lethe/run-folder';
import type { Places } from '../requests.js';
import { findRunFolder } from '../run/find-run-folder.js';
import { keepRunData, readRunData } from '../run/run-data-file.js';
import { openSavedRun } from '../run/saved-run.js';

/** The networks of a run's checkpoint, ready to be used without the data that they were trained on. */
export interface RunNetworks {
  readonly run: RunFolder;
  /** Configuration and facts as the run had them. */
  readonly description: RunDescription;
  /** Rounds played when the checkpoint was made. */
  readonly rounds: number;
  /**
   * Of each group, in the order of the layouts, the values that an evaluation uses (averages where the run evaluates averages) and the
   * running statistics: `group.NAME` and `statistics.NAME`, as `compileEvaluation` has them in its signature.
   */
  readonly vectors: Readonly<Record<string, Float32Array>>;
  /** How inputs are made of the user's files. */
  readonly preprocessing: Preprocessing;
}

/** Whose networks are asked for. */
export interface RunNetworksRequest extends Places {
  /** The run, as it was typed (see `findRunFolder`). */
  readonly run: string;
  /** Which checkpoint: the last, the best by the monitored figure, or the one after a round. */
  readonly checkpoint: WhichCheckpoint;
}

/** @param notice hears what whoever watches should know: a damaged checkpoint that was passed over */
export interface RunNetworksOptions { readonly notice: (line: string) => void }

/**
 * Opens a checkpoint with what the run's folder keeps of its data. A run of an earlier version, whose folder keeps nothing, gets it from
 * its data where these are still there.
 * @throws LetheError RUN_MISSING, RUN_INVALID, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH, CONFIG_INVALID, CODE_MISSING; DATA_MISSING
 * for a run of an earlier version whose data are gone
 */
export async function openRunNetworks(request: RunNetworksRequest, { notice }: RunNetworksOptions): Promise<RunNetworks> {
  const run = RunFolder.at(findRunFolder(request.run, request));
  const raw = await run.readConfigWithCode();
  const checkpoint = await findCheckpoint(run.checkpoints, request.checkpoint, (message) => { notice(`passed over: ${message}`); });
  const config = compileBegunConfig(raw, JSON.parse(checkpoint.configJson));
  const { facts, preprocessing } = await readRunData(run) ?? await describeAgain(run, { checkpoint, config, notice });
  if (facts.fingerprint !== checkpoint.dataFingerprint) {
    const message = `${checkpoint.file} was trained on other data than ${run.folder} describes: `
      + `expected fingerprint ${facts.fingerprint} (data.json), found ${checkpoint.dataFingerprint}`;
    throw new LetheError('CHECKPOINT_MISMATCH', message);
  }
  const description = describeRun(config, facts);
  const groups = checkpoint.groups(description);
  return { run, description, rounds: checkpoint.rounds, preprocessing, vectors: vectorsOf(groups, description) };
}

interface ToDescribe extends RunNetworksOptions {
  readonly checkpoint: Checkpoint;
  readonly config: RunConfig;
}

/** Reads the run's data once more, and keeps what they say. */
async function describeAgain(run: RunFolder, { checkpoint, config, notice }: ToDescribe): Promise<DescribedData> {
  notice(`${run.name} does not say yet how its inputs are made of files (data.json): its own data are read once more`);
  const override = (): { config: RunConfig; warnings: readonly string[] } => ({ config, warnings: [] });
  const { data } = await openSavedRun(run, checkpoint, { override, opening: { cacheFolder: null, onNotice: notice } })
    .catch((error: unknown) => {
      if (errorCode(error) !== 'DATA_MISSING') throw error;
      const way = `lethe evaluate ${run.name} --data-dir DIR makes the file where its data lie`;
      throw new LetheError('DATA_MISSING', `${run.folder}: expected data.json, found none, and ${errorMessage(error)}; ${way}`);
    });
  await keepRunData(run, data).catch((error: unknown) => { notice(`warning: ${errorMessage(error)}`); });
  return data;
}

function vectorsOf(groups: readonly GroupState[], { config, layouts }: RunDescription): Record<string, Float32Array> {
  const states = layouts.map((layout, index) => ({ ...layout, ...(groups[index] as GroupState) }));
  return evaluationVectors(
    states.map(({ name, values, slots }) => [name, config.averaging === null ? values : slots[AVERAGE] ?? values] as const),
    states.flatMap(({ name, statisticsLength, statistics }) => (
      statisticsLength > 0 && statistics !== null ? [[name, statistics] as const] : []
    )),
  );
}
