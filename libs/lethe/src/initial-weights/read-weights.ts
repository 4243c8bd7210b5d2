import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCheckpoint, type NamedTensor } from '@lethe/checkpoint';
import { parseSavedConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { readModelTensors, torchName, type TensorPart } from '@lethe/export';
import { AVERAGE } from '@lethe/parameter-store';
import { RunFolder } from '@lethe/run-folder';
import { EXPORT_FILE, RUN_FILE } from './find-weights.js';

/** Weights and running statistics of trained networks. */
export interface TrainedWeights {
  /** What they are of, for messages: "runs/mild after round 40". */
  readonly source: string;
  /** Names of all of them, as they are named there. */
  readonly names: readonly string[];
  /** What a name of a tensor here is there. */
  readonly nameThere: (name: string) => string;
  readonly tensor: (nameThere: string) => NamedTensor | undefined;
  /** Columns of tensors of which only some are there, as an export leaves out the variances of a code. */
  readonly parts: readonly TensorPart[];
}

const OPTIMIZER = 'optimizer.';

/**
 * Reads the weights of a run's newest checkpoint, or those that were exported: what the run evaluates, which is averages where it has some.
 * @param folder absolute path of the run, or of the export
 * @throws LetheError RUN_MISSING, CHECKPOINT_INVALID, CONFIG_INVALID for one that is not there, not whole, or of a newer version
 */
export async function readTrainedWeights(folder: string, notice: (line: string) => void): Promise<TrainedWeights> {
  if (existsSync(join(folder, RUN_FILE))) return ofRun(folder, notice);
  const file = join(folder, EXPORT_FILE);
  const bytes = await readFile(file).catch((error: unknown) => {
    const message = `${folder}: expected ${RUN_FILE} of a run or ${EXPORT_FILE} of an export, found neither`;
    throw new LetheError('RUN_MISSING', message, { cause: error });
  });
  const { tensors, parts } = readModelTensors(bytes, file);
  return { source: `the export ${folder}`, names: [...tensors.keys()], nameThere: torchName, tensor: (name) => tensors.get(name), parts };
}

async function ofRun(folder: string, notice: (line: string) => void): Promise<TrainedWeights> {
  const run = RunFolder.at(folder);
  parseSavedConfig(await run.readConfig(), join(folder, RUN_FILE));
  const checkpoint = await findCheckpoint(run.checkpoints, 'latest', (message) => { notice(`passed over: ${message}`); });
  const { tensors, rounds, configJson } = checkpoint;
  const { averaging } = parseSavedConfig(JSON.parse(configJson), `the checkpoint of ${folder}`);
  const averageOf = (name: string): NamedTensor | undefined =>
    averaging === null ? undefined : tensors.get(`${OPTIMIZER}${AVERAGE}.${name}`);
  return {
    source: `${folder} after round ${rounds}`,
    names: [...tensors.keys()].filter((name) => !name.startsWith(OPTIMIZER)),
    nameThere: (name) => name,
    tensor: (name) => averageOf(name) ?? tensors.get(name),
    parts: [],
  };
}
