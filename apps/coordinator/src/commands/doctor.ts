import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defaultWorkers, interOpThreads } from '@lethe/config';
import { openData } from '@lethe/data';
import { errorMessage } from '@lethe/errors';
import { engineEnvironment, isNativeReady, listGpus, nativeFolder, planDevices } from '@lethe/tensorflow';
import type { DoctorCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import type { Environment } from './train.js';

const WORKSPACE = fileURLToPath(new URL('../../../../', import.meta.url));
const CHECK = 'apps/worker/src/check-engine.ts';

interface EngineCheck { readonly name: string; readonly version: string; readonly device: string; readonly stepRuns: boolean }

/** Prints what this machine offers and what a run would do with it. Fails if no step can be computed. */
export async function runDoctor(command: DoctorCommand, environment: Environment): Promise<number> {
  const gpus = await listGpus();
  const cores = availableParallelism();
  const preferred = isNativeReady() ? 'native' : 'wasm';
  const workers = command.workers ?? defaultWorkers({ cores, gpus: gpus.length, engine: preferred });
  const threads = command.threads ?? 1;
  const devices = planDevices({ gpus, workers, allowSharing: command.shareGpus });
  const settings = { threads, interOpThreads: interOpThreads(cores, workers), gpuIndex: devices[0] ?? null };
  const check = await checkEngine(preferred, { ...environment, ...engineEnvironment(settings) });
  const lines: [string, string][] = [
    ['node', process.version],
    ['cores', String(cores)],
    ['gpus', gpus.length === 0 ? 'none found' : gpus.join(', ')],
    ['engine', typeof check === 'string' ? `${preferred}, which does not load: ${check}` : `${check.name} ${check.version} on the ${check.device}`],
    ['cache', nativeFolder() ?? 'native TensorFlow is not set up: npx nx run tensorflow:setup'],
    ['threads', `${threads} inside an operation, ${settings.interOpThreads} operations at a time for each worker`],
    ['workers', devices.map((device, index) => `worker-${index + 1} on ${device === null ? 'the cpu' : `gpu ${device}`}`).join(', ')],
    ['data', await describeData()],
    ['a step', typeof check !== 'string' && check.stepRuns ? 'runs' : 'does not run'],
  ];
  for (const [name, text] of lines) process.stdout.write(`${name.padEnd(8)} ${text}\n`);
  return typeof check !== 'string' && check.stepRuns ? EXIT.ok : EXIT.failed;
}

/** In a process of its own, as a worker would: the coordinator computes nothing. */
function checkEngine(engine: string, environment: Environment): Promise<EngineCheck | string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...process.execArgv, CHECK, engine], { cwd: WORKSPACE, env: environment }, (error, output, problem) => {
      resolve(error === null ? (JSON.parse(output) as EngineCheck) : problem || error.message);
    });
  });
}

async function describeData(): Promise<string> {
  try {
    const { facts } = await openData({ kind: 'mnist', folder: null, heldOut: 0, imageSize: 28, channels: 1 }, 1);
    return `MNIST, ${facts.trainCount} training and ${facts.testCount} test images`;
  } catch (error) {
    return `MNIST cannot be read: ${errorMessage(error)}`;
  }
}
