import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listCheckpoints, type ListedCheckpoint } from '@lethe/checkpoint';
import { parseSavedConfig, type CompleteSettings } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { RunEvaluation } from '@lethe/evaluation';
import { RunFolder } from '@lethe/run-folder';
import { placesOf, type PlaceOptions } from '../common-options.js';
import { exportRun, type ExportOptions } from '../export/export-run.js';
import { parseEvaluation } from '../evaluation/evaluate-run.js';
import { findRunFolder } from '../run/find-run-folder.js';
import { openDecoder, type RunDecoder } from '../networks/open-decoder.js';
import { openEncoder, type RunEncoder, type RunEncoderOptions } from '../networks/open-encoder.js';
import type { RunNetworkOptions } from '../networks/open-in-memory.js';
import { openPredictor, type RunPredictor } from '../networks/open-predictor.js';
import type { RunSummary } from '../run/summary.js';

/** What of a run is read when it is opened. */
interface RunContents {
  readonly folder: string;
  readonly config: CompleteSettings;
  readonly summary: RunSummary | null;
  readonly measures: RunEvaluation | null;
  readonly checkpoints: readonly ListedCheckpoint[];
}

/** A run that is there, as its folder had it when it was opened. */
export class Run {
  /** Absolute path. */
  readonly folder: string;
  /** Its settings, in the form of this version, whichever version began it. */
  readonly config: CompleteSettings;
  /** What it came to; null: it has not ended yet. */
  readonly summary: RunSummary | null;
  /** What its features keep and what is read of what they forget; null: it was not measured. */
  readonly measures: RunEvaluation | null;
  /** Newest first; none before the first. */
  readonly checkpoints: readonly ListedCheckpoint[];

  /** @internal */
  constructor({ folder, config, summary, measures, checkpoints }: RunContents) {
    this.folder = folder;
    this.config = config;
    this.summary = summary;
    this.measures = measures;
    this.checkpoints = checkpoints;
  }

  /**
   * Opens its encoder in this process. The features are those that the run's own evaluation computes, and the data that it was trained on
   * need not be there. TensorFlow takes its settings from the environment when the first engine of a process is loaded.
   *
   * @throws LetheError RUN_INVALID, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH, CONFIG_INVALID (a domain that there is not), ENGINE_MISSING;
   * DATA_MISSING for a run of an earlier version whose data are gone
   */
  encoder(options: RunEncoderOptions = {}): Promise<RunEncoder> {
    return openEncoder(this.folder, options);
  }

  /**
   * Opens its decoder in this process, which makes examples of features and of values of what the run forgets.
   *
   * @throws LetheError CONFIG_INVALID for a run without a decoder, and as `encoder` does
   */
  decoder(options: RunNetworkOptions = {}): Promise<RunDecoder> {
    return openDecoder(this.folder, options);
  }

  /**
   * Opens its heads in this process, which predict of examples what the run keeps; with domain adaptation the label.
   *
   * @throws LetheError CONFIG_INVALID for a run that predicts nothing, and as `encoder` does
   */
  predictor(options: RunNetworkOptions = {}): Promise<RunPredictor> {
    return openPredictor(this.folder, options);
  }

  /**
   * Writes the networks of a checkpoint down for other programs: see `exportRun`.
   *
   * @param to the folder to make
   * @returns paths of the files in the folder, with / between their parts
   * @throws LetheError as `exportRun` does
   */
  export(to: string, options: ExportOptions = {}): Promise<string[]> {
    return exportRun(this.folder, to, options);
  }
}

/**
 * Opens a run that is there, whether it goes on, has ended or was stopped. Nothing is written, and no process is started.
 *
 * @param run its folder, or its name below `runsDir`
 * @throws LetheError RUN_MISSING for a folder that is no run, or has several; CONFIG_INVALID for one of a newer version; CHECKPOINT_INVALID
 * if its checkpoints cannot be listed
 */
export async function openRun(run: string, options: PlaceOptions = {}): Promise<Run> {
  const folder = findRunFolder(run, placesOf(options));
  const files = RunFolder.at(folder);
  const config = parseSavedConfig(await files.readConfig(), join(folder, 'config.json'));
  const summary = await textOf(join(folder, 'summary.json'));
  const evaluation = await textOf(join(folder, 'evaluation.json'));
  return new Run({
    folder, config,
    summary: summary === null ? null : parseSummary(summary, folder),
    measures: evaluation === null ? null : parseEvaluation(evaluation),
    checkpoints: await listCheckpoints(files.checkpoints),
  });
}

/** Null where there is no such file. */
function textOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new LetheError('RUN_MISSING', `${file} cannot be read`, { cause: error });
  });
}

function parseSummary(text: string, folder: string): RunSummary {
  try {
    return JSON.parse(text) as RunSummary;
  } catch (error) {
    throw new LetheError('RUN_MISSING', `${folder}: expected JSON in summary.json, found something else`, { cause: error });
  }
}
