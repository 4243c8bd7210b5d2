import { randomUUID } from 'node:crypto';
import { findCheckpoint, newestCheckpoint } from '@lethe/checkpoint';
import { checkConfigAgainstData, savedConfigJson, type RunConfig } from '@lethe/config';
import { gridExamples, openData, type DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { RunFolder, type MetricsLog, type TensorBoardWriter } from '@lethe/run-folder';
import { createReporter, QuietReporter, type OutputStream, type Reporter } from '@lethe/telemetry';
import { planDevices, type Gpu } from '@lethe/tensorflow';
import { describeRun, type RunDescription } from '@lethe/training';
import type { TrainCommand } from '../command-line/command.js';
import { findRunFolder } from '../command-line/find-run-folder.js';
import { newRunConfig, resumedRunConfig } from '../command-line/train-config.js';
import { ownVersion } from '../own-version.js';
import { machineOf, type ThisMachine } from '../this-machine.js';
import { initialGroups } from './initial-state.js';
import { RoundTrace } from './round-trace.js';
import type { RunState } from './training-run.js';

/** A run that has been checked through and can start. */
export interface PreparedRun {
  readonly runId: string;
  readonly description: RunDescription;
  readonly data: DataSource;
  readonly gridRows: number;
  readonly cores: number;
  readonly devices: readonly (Gpu | null)[];
  readonly folder: RunFolder;
  readonly metrics: MetricsLog;
  readonly tensorBoard: TensorBoardWriter;
  readonly reporter: Reporter;
  /** Null unless it is wanted. */
  readonly trace: RoundTrace | null;
  /** Where the user typed. */
  readonly userFolder: string;
  /** State to begin with. */
  readonly start: RunState;
}

/** Checks everything that was asked for before anything starts or is written; then opens the run's folder. */
export async function prepareRun(command: TrainCommand, machine: ThisMachine, output: OutputStream): Promise<PreparedRun> {
  const { cores, gpus, whyNoGpus } = machine;
  const resumed = command.resume === null ? null : await RunFolder.open(findRunFolder(command.resume, command));
  try {
    const { config, warnings } = resumed === null ? newRunConfig(command, machineOf(machine)) : resumedRunConfig(command, await resumed.readConfig());
    const devices = planDevices({ gpus: config.cluster.engine === 'native' ? gpus : [], workers: config.cluster.workers, allowSharing: config.cluster.shareGpus });
    const reporter = command.quiet ? new QuietReporter(output) : createReporter({ output });
    for (const warning of [...warnings, ...engineWarnings(config, whyNoGpus)]) reporter.notice(`warning: ${warning}`);
    const data = await openData(config.data, config.seed);
    checkConfigAgainstData(config, data.facts);
    const description = describeRun(config, data.facts);
    const start = resumed === null ? newRun(description) : await resumeState(resumed, description, (line) => { reporter.notice(line); });
    const folder = resumed ?? (await RunFolder.create({ runsFolder: command.runsFolder, name: command.runName, configJson: savedConfigJson(config) }));
    return {
      runId: `${folder.name}/${randomUUID()}`, description, data, cores, devices, folder, reporter,
      gridRows: gridExamples(data).length,
      trace: command.trace ? new RoundTrace(description) : null,
      userFolder: command.folder,
      metrics: await folder.openMetrics(start.rounds),
      tensorBoard: await folder.openTensorBoard(start.rounds),
      start,
    };
  } catch (error) {
    await resumed?.close();
    throw error;
  }
}

async function resumeState(folder: RunFolder, description: RunDescription, notice: (line: string) => void): Promise<RunState> {
  const { layouts, schemaHash, facts, totalRounds } = description;
  // Killed before its first checkpoint: it begins again.
  if ((await newestCheckpoint(folder.checkpoints)) === null) return newRun(description);
  const { rounds, steps, groups, dataFingerprint, codeVersion } = await findCheckpoint(folder.checkpoints, 'latest', { layouts, schemaHash }, (message) => { notice(`passed over: ${message}`); });
  if (dataFingerprint !== facts.fingerprint) {
    throw new LetheError('CHECKPOINT_MISMATCH', `${folder.name} was trained on other data: expected fingerprint ${dataFingerprint}, found ${facts.fingerprint}`);
  }
  if (codeVersion !== ownVersion()) notice(`warning: ${folder.name} was trained by version ${codeVersion} of Lethe; this is ${ownVersion()}, and may compute other bits`);
  // Killed between its last checkpoint and its summary, it still has to be summed up.
  if (rounds >= totalRounds && (await folder.summarisedRounds()) >= rounds) {
    throw new LetheError('CONFIG_INVALID', `${folder.name} is complete: it has all of its ${totalRounds} rounds; give more with --epochs or --rounds`);
  }
  return { rounds, steps, groups };
}

function newRun(description: RunDescription): RunState {
  return { rounds: 0, steps: 0, groups: initialGroups(description) };
}

function engineWarnings({ cluster }: RunConfig, whyNoGpus: string | null): string[] {
  if (cluster.engine === 'wasm') return ['native TensorFlow is not used: computing on WebAssembly, several times slower'];
  return whyNoGpus === null ? [] : [`${whyNoGpus}; computing on the cpu`];
}
