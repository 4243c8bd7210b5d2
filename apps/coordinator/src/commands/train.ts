import { join, relative } from 'node:path';
import type { TrainingCluster } from '@lethe/training';
import type { TrainCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { requestedComparison, runComparison } from './comparison.js';
import { openCluster } from '../cluster/open-cluster.js';
import { CheckpointRequests } from '../run/checkpoint-requests.js';
import { EngineHistory } from '../run/engine-history.js';
import { Interruption } from '../run/interruption.js';
import { JudgeCache } from '../run/judge-cache.js';
import { evaluateRun } from '../run/measures/index.js';
import { outlastServers } from '../run/outlast-servers.js';
import { prepareRun, type PreparedRun } from '../run/prepare-run.js';
import { withOpenRun } from '../run/open-run.js';
import { epochFigures, RunRecorder } from '../run/run-recorder.js';
import { summarise, printSummary } from '../run/summary.js';
import { trainingRun, type RunOutcome } from '../run/training-run.js';
import { lookAtThisMachine, type ThisMachine } from '../this-machine.js';

/** Probes of three seeds show how much chance there is in a figure. */
const PROBE_SEEDS = [1, 2, 3];

export type Environment = Readonly<Record<string, string | undefined>>;

/** Trains: checks everything that was asked for, starts the cluster, plays the game, leaves a run folder; or a folder of runs that are compared. */
export async function runTrain(command: TrainCommand, environment: Environment): Promise<number> {
  const machine = await lookAtThisMachine(environment);
  const comparison = await requestedComparison(command, machine);
  return comparison === null ? trainOnce(command, machine, environment) : runComparison(comparison, command, { gpus: machine.gpus, cores: machine.cores, environment });
}

async function trainOnce(command: TrainCommand, machine: ThisMachine, environment: Environment): Promise<number> {
  const run = await prepareRun(command, machine, process.stdout);
  return withOpenRun(run, async () => {
    const recorder = new RunRecorder(run);
    const startedMs = performance.now();
    const { outcome, evaluation, residentBytes } = await playOnCluster(run, recorder, environment);
    const summary = summarise({ run, recorder, outcome, residentBytes, wallSeconds: (performance.now() - startedMs) / 1000 });
    await run.folder.writeSummary(summary);
    await run.folder.writeTrace(run.trace?.toJson() ?? null);
    run.reporter.close();
    printSummary(summary, run);
    if (evaluation !== null) printEvaluation(evaluation, run);
    return outcome.ending === 'interrupted' ? EXIT.interrupted : EXIT.ok;
  });
}

interface PlayedRun {
  readonly outcome: RunOutcome;
  /** What it came to, in lines; null if the run was interrupted or does not want to be measured. */
  readonly evaluation: readonly string[] | null;
  /** Most memory that a process of a role had, by role. */
  readonly residentBytes: Readonly<Record<string, number>>;
}

async function playOnCluster(run: PreparedRun, recorder: RunRecorder, environment: Environment): Promise<PlayedRun> {
  const { description, reporter, folder, gridRows, data, devices, cores, start, metrics, trace } = run;
  const { awaitWorkers } = description.config.cluster;
  const open = await openCluster({
    description, environment, devices, cores, runId: run.runId, logsFolder: folder.logs, tokenFile: folder.joinToken,
    onCommitted: (committed) => {
      recorder.committed(committed);
      trace?.committed(committed);
    },
    onCommitReport: (server, report) => { trace?.commitReported(server, report); },
    onStepReport: (worker, report) => {
      recorder.stepReported(report);
      trace?.stepReported(worker, report);
    },
    onNotice: (line) => { reporter.notice(line); },
  });
  const { cluster } = open;
  const requests = new CheckpointRequests();
  const interruption = new Interruption({ control: cluster.control, kill: () => { open.kill(); }, notice: (line) => { reporter.notice(line); } });
  let reason = 'the run failed';
  try {
    if (open.joinCommand !== null) reporter.notice(`workers join with: ${open.joinCommand}`);
    if (open.tokenFile !== null) reporter.notice(`(another machine needs a copy of ${open.tokenFile}, or its text on standard input: --token-file -)`);
    await outlastServers(cluster, () => start.groups, () => cluster.assemble(start.groups, awaitWorkers));
    knowEngines(run, recorder, cluster);
    await run.remember();
    interruption.trainingBegins();
    recorder.resumeClock();
    const outcome = await trainingRun({
      description, cluster, gridRows, data, record: recorder, signal: interruption.signal,
      start,
      earlierFigures: epochFigures(metrics.earlier),
      judgedRounds: metrics.earlier.findLast(({ kind }) => kind === 'epoch')?.round ?? 0,
      takeCheckpointRequest: () => requests.take(),
    });
    reason = `the run is ${outcome.ending}`;
    const residentBytes = mostResident(cluster);
    return { outcome, residentBytes, evaluation: await outlastServers(cluster, () => outcome.state.groups, () => evaluateAtEnd(run, cluster, { outcome, environment })) };
  } finally {
    await open.close(reason);
    interruption.dispose();
    requests.dispose();
  }
}

/** Has the run remember what computes it, and says so if that is another engine than before. @throws LetheError FINGERPRINT_MISMATCH */
function knowEngines({ folder, engines, reporter, description }: PreparedRun, recorder: RunRecorder, { control: { roster } }: TrainingCluster): void {
  const history = new EngineHistory({ name: folder.name, earlier: engines, strictBits: description.config.cluster.strictBits });
  const warning = history.warning(roster.fingerprints('worker'));
  if (warning !== null) reporter.notice(`warning: ${warning}`);
  recorder.engines = () => history.with(roster.fingerprints('worker'));
}

function mostResident({ control }: TrainingCluster): Record<string, number> {
  const most: Record<string, number> = {};
  for (const { role, residentBytes } of control.roster.present()) most[role] = Math.max(most[role] ?? 0, residentBytes);
  return most;
}

/** Measures what the game is played for, on the cluster that has just trained; its figures are not those of training. */
async function evaluateAtEnd(run: PreparedRun, cluster: TrainingCluster, { outcome, environment }: { outcome: RunOutcome; environment: Environment }): Promise<string[] | null> {
  const { description, data, folder, reporter } = run;
  if (!description.config.evaluation || outcome.ending === 'interrupted') return null;
  const measured = { cluster, description, data, rounds: outcome.state.rounds };
  return evaluateRun(measured, { folder, seeds: PROBE_SEEDS, judges: new JudgeCache(environment), onProgress: (line) => { reporter.notice(line); } });
}

function printEvaluation(lines: readonly string[], { folder, reporter, userFolder }: PreparedRun): void {
  reporter.notice(`report       ${relative(userFolder, join(folder.folder, 'report.html'))}`);
  for (const line of lines) reporter.notice(line);
}
