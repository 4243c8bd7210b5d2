import { execFile } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { defaultWorkers, interOpThreads, problemsError, processProblems, PLAIN_DATA } from '@lethe/config';
import { openData } from '@lethe/data';
import { errorCode, errorMessage, foreignText } from '@lethe/errors';
import { localProgram } from '@lethe/programs';
import { describeDevice, engineEnvironment, planDevices, type DeviceRequest, type Gpu } from '@lethe/tensorflow';
import { nativeFolder, whyNotNative } from '@lethe/tensorflow-setup';
import { formatCount } from '@lethe/telemetry';
import type { DoctorCommand } from '../command-line/command.js';
import { findRunFolder, lookAtThisMachine, writeBugReport, type ThisMachine } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { Environment } from './train.js';

interface EngineCheck { readonly name: string; readonly version: string; readonly device: 'cpu' | 'gpu'; readonly stepRuns: boolean }

const WHAT_STAYS = 'keys, tokens and home folders are left out; names of hosts, columns and classes are not: read it before you send it';

/** What was found, by name, and how the command ends for it. */
interface Findings { readonly lines: readonly string[]; readonly exitCode: number }

/**
 * Prints what this machine offers and what a run would do with it; packs that, and what a run has left, into one file if it is to. Fails if
 * no step can be computed or no worker placed.
 */
export async function runDoctor(command: DoctorCommand, environment: Environment): Promise<number> {
  const run = command.report === null ? null : findRunFolder(command.report, command);
  const { lines, exitCode } = await examine(command, environment);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (run === null) return exitCode;
  const { file, bytes, parts } = await writeBugReport({ runFolder: run, findings: lines, userFolder: command.folder });
  process.stdout.write(`${relative(command.folder, file)} has ${formatCount(bytes / 1000)} kB: ${parts.join(', ')}\n`);
  process.stdout.write(`${WHAT_STAYS}\n`);
  return exitCode;
}

async function examine(command: DoctorCommand, environment: Environment): Promise<Findings> {
  const machine = await lookAtThisMachine(environment);
  const { cores, engine, gpus } = machine;
  const workers = command.workers ?? defaultWorkers({ cores, engine, gpus: gpus.length });
  const [tooMany] = processProblems({ workers, servers: 1, oversubscribe: command.oversubscribe }, cores, () => '--workers');
  const placement =
    tooMany === undefined ? placeWorkers({ gpus, workers, allowSharing: command.shareGpus }) : problemsError([tooMany]).message;
  const gpu = typeof placement === 'string' ? null : (placement[0] ?? null);
  const settings = { threads: command.threads ?? 1, interOpThreads: interOpThreads(cores, workers), gpu };
  const check = await checkEngine(engine, { ...environment, ...engineEnvironment(settings) });
  const stepRuns = typeof check !== 'string' && check.stepRuns && !isMissed(check, gpu);
  const lines: [string, string][] = [
    ['node', process.version],
    ['cores', String(cores)],
    ['gpus', describeGpus(machine)],
    ['engine', describeEngine(engine, check, gpu)],
    ['cache', nativeFolder() ?? whyNotNative().message],
    ['threads', `${settings.threads} inside an operation, ${settings.interOpThreads} operations at a time for each worker`],
    ['workers', describePlacement(placement)],
    ['data', await describeData()],
    ['a step', stepRuns ? 'runs' : 'does not run'],
  ];
  return {
    lines: lines.map(([name, text]) => `${name.padEnd(8)} ${text}`),
    exitCode: !stepRuns ? EXIT.failed : typeof placement === 'string' ? EXIT.usage : EXIT.ok,
  };
}

/** Whether a worker would end there, as it computes elsewhere than on its GPU. */
function isMissed({ device }: EngineCheck, gpu: Gpu | null): gpu is Gpu {
  return gpu !== null && device === 'cpu';
}

function describeEngine(engine: string, check: EngineCheck | string, gpu: Gpu | null): string {
  if (typeof check === 'string') return `${engine}, which does not work: ${foreignText(check.trim())}`;
  const { name, version, device } = check;
  const missed = isMissed(check, gpu) ? `: TensorFlow does not find ${describeDevice(gpu)}` : '';
  return `${name} ${version} on the ${device}${missed}`;
}

/** In a process of its own, as a worker would: the coordinator computes nothing. */
function checkEngine(engine: string, environment: Environment): Promise<EngineCheck | string> {
  const check = join(dirname(localProgram('worker').entry), 'check-engine.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [...process.execArgv, check, engine], { env: environment }, (error, output, problem) => {
      resolve(error === null ? (JSON.parse(output) as EngineCheck) : problem || error.message);
    });
  });
}

async function describeData(): Promise<string> {
  try {
    const { facts } = await openData(
      PLAIN_DATA,
      1,
    );
    return `MNIST, ${facts.trainCount} training and ${facts.testCount} test images`;
  } catch (error) {
    return `MNIST cannot be read: ${errorMessage(error)}`;
  }
}

/** The GPU of each worker (null: the CPU), or why they cannot be placed. */
export type WorkerPlacement = readonly (Gpu | null)[] | string;

/** Where a run would put its workers, or why it would refuse to. */
export function placeWorkers(request: DeviceRequest): WorkerPlacement {
  try {
    return planDevices(request);
  } catch (error) {
    if (errorCode(error) === 'DEVICE_PLAN_INVALID') return errorMessage(error);
    throw error;
  }
}

/** The same in words: "worker-1 on gpu 0, worker-2 on gpu 1". */
export function describePlacement(placement: WorkerPlacement): string {
  if (typeof placement === 'string') return placement;
  return placement.map((device, index) => `worker-${index + 1} on ${describeDevice(device)}`).join(', ');
}

/** The GPUs of a machine in words, or why there are none. */
export function describeGpus({ gpus, whyNoGpus }: Pick<ThisMachine, 'gpus' | 'whyNoGpus'>): string {
  return gpus.length === 0 ? (whyNoGpus ?? 'none found') : gpus.map((gpu) => `${describeDevice(gpu)}: ${gpu.model}`).join(', ');
}
