import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { defaultWorkers, interOpThreads, PLAIN_DATA, problemsError, processProblems } from '@lethe/config';
import { openData } from '@lethe/data';
import { errorCode, errorMessage, foreignText } from '@lethe/errors';
import { localProgram } from '@lethe/programs';
import { describeDevice, engineEnvironment, planDevices, type DeviceRequest, type Gpu } from '@lethe/tensorflow';
import { nativeFolder, whyNotNative } from '@lethe/tensorflow-setup';
import { surroundingsOf, type CommonOptions } from './common-options.js';
import type { Environment } from './process-environment.js';
import type { ThisMachine } from './this-machine.js';

/** What a run would be started with. */
export interface ExamineOptions extends Pick<CommonOptions, 'folder' | 'cacheDir' | 'environment' | 'nameOf'> {
  /** Workers on this machine. Default: as many as a run has. */
  readonly workers?: number | undefined;
  /** Threads inside an operation of each worker. Default: 1. */
  readonly threads?: number | undefined;
  /** Let several workers compute on one GPU. */
  readonly shareGpus?: boolean | undefined;
  /** Allow more workers than this machine has cores for. */
  readonly oversubscribe?: boolean | undefined;
}

/** The GPU of each worker (null: the CPU), or why they cannot be placed. */
export type WorkerPlacement = readonly (Gpu | null)[] | string;

/** What this machine offers, and what a run would do with it. */
export interface MachineExamination {
  readonly machine: ThisMachine;
  readonly workers: WorkerPlacement;
  /** Whether a worker can compute a step: one was computed in a process like a worker's. */
  readonly stepRuns: boolean;
  /** All that was found in words, each with its name: "cores" and "4". */
  readonly findings: readonly (readonly [name: string, text: string])[];
}

/**
 * Looks at what this machine offers and tries a step, in a process of its own.
 * @throws LetheError DEVICE_PLAN_INVALID if the environment names GPUs that this machine does not have
 */
export async function examineMachine(options: ExamineOptions = {}): Promise<MachineExamination> {
  const { shareGpus = false, oversubscribe = false, threads = 1, nameOf = (path: string) => path } = options;
  const { machine, environment } = await surroundingsOf(options);
  const { cores, engine, gpus } = machine;
  const workers = options.workers ?? defaultWorkers({ cores, engine, gpus: gpus.length });
  const [tooMany] = processProblems({ workers, servers: 1, oversubscribe }, cores, nameOf);
  const placement = tooMany === undefined ? placeWorkers({ gpus, workers, allowSharing: shareGpus }) : problemsError([tooMany]).message;
  const gpu = typeof placement === 'string' ? null : (placement[0] ?? null);
  const settings = { threads, interOpThreads: interOpThreads(cores, workers), gpu };
  const check = await checkEngine(engine, { ...environment, ...engineEnvironment(settings) });
  const stepRuns = typeof check !== 'string' && check.stepRuns && !isMissed(check, gpu);
  return {
    machine, workers: placement, stepRuns,
    findings: [
      ['node', process.version],
      ['cores', String(cores)],
      ['gpus', describeGpus(machine)],
      ['engine', describeEngine(engine, check, gpu)],
      ['cache', nativeFolder(environment) ?? whyNotNative(environment).message],
      ['threads', `${threads} inside an operation, ${settings.interOpThreads} operations at a time for each worker`],
      ['workers', describePlacement(placement)],
      ['data', await describeData()],
      ['a step', stepRuns ? 'runs' : 'does not run'],
    ],
  };
}

interface EngineCheck { readonly name: string; readonly version: string; readonly device: 'cpu' | 'gpu'; readonly stepRuns: boolean }

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

/** In a process of its own, as a worker would. @returns what went wrong where that is no step */
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
    const { facts } = await openData(PLAIN_DATA, 1);
    return `MNIST, ${facts.trainCount} training and ${facts.testCount} test images`;
  } catch (error) {
    return `MNIST cannot be read: ${errorMessage(error)}`;
  }
}

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
