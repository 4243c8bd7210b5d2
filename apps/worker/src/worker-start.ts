import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { interOpThreads as operationsOf, usableCores } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { memberTrust, receiveProcessStart, type GivenResources } from '@lethe/programs';
import { newIncarnation, type Origin } from '@lethe/protocol';
import { engineEnvironment, type FoundGpus, type Gpu } from '@lethe/tensorflow';
import type { LogOptions } from '@lethe/telemetry/log';
import type { Joining } from '@lethe/worker';
import { createZeroMqTransport, decodeJoinKey, decodeJoinToken, reachedAddress, type Trust } from '@lethe/transport';
import type { JoiningWorker } from './joining/plan-joining.js';

/** What a worker needs to know before it can register. */
export interface WorkerStart {
  readonly controlAddress: string;
  readonly trust: Trust;
  readonly origin: Origin;
  readonly engine: 'native' | 'wasm';
  readonly threads: number;
  readonly interOpThreads: number;
  /** Variables that TensorFlow reads when it is loaded. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether code that the run brings is loaded: always by a worker of the run's own user on the run's machine. */
  readonly allowCode: boolean;
  /** Null for a worker that its coordinator starts. */
  readonly joining: Joining | null;
  readonly log: Omit<LogOptions, 'onWarning'>;
}

/** What a worker finds where it runs. */
export interface Surroundings {
  readonly findGpus: () => Promise<FoundGpus>;
  /** Where its log goes that cannot lie in the run's folder. */
  readonly logFolder: string;
  readonly warn: (line: string) => void;
}

/**
 * Placed by the coordinator, which sends what it needs to know. Where it shares the coordinator's machine, that has set its environment;
 * elsewhere it takes what the scheduler gave it.
 * @throws LetheError ADDRESS_INVALID, DEVICE_MISSING
 */
export async function startFromCoordinator(surroundings: Surroundings): Promise<WorkerStart> {
  const start = await receiveProcessStart();
  const { controlAddresses, runId, epoch, incarnation, engine, threads, name, logFile, logLevel, elsewhere } = start;
  const [run = ''] = runId.split('/');
  const isShared = elsewhere === null || existsSync(dirname(logFile));
  const file = isShared ? logFile : join(surroundings.logFolder, `${run}-${basename(logFile)}`);
  const computing = elsewhere === null
    ? { interOpThreads: start.interOpThreads, environment: {} }
    : await computingElsewhere(elsewhere, { engine, threads }, surroundings);
  const trust = memberTrust(start);
  return {
    controlAddress: await reachedAddress(controlAddresses, createZeroMqTransport(), trust),
    trust, allowCode: true, joining: null, engine, threads,
    origin: { runId, epoch, sender: 'worker', incarnation }, ...computing,
    log: { file, level: logLevel, position: { process: name, run, epoch } },
  };
}

/** What a worker computes with that shares no machine with the coordinator. @throws LetheError DEVICE_MISSING */
async function computingElsewhere(
  { cores, gpus }: GivenResources, { engine, threads }: Pick<WorkerStart, 'engine' | 'threads'>, { findGpus, warn }: Surroundings,
): Promise<Pick<WorkerStart, 'interOpThreads' | 'environment'>> {
  const interOpThreads = operationsOf(cores ?? usableCores(), 1);
  const gpu = engine === 'native' ? chosenGpu(await findGpus(), gpus, warn) : null;
  return { interOpThreads, environment: engineEnvironment({ threads, interOpThreads, gpu }) };
}

function chosenGpu({ gpus: found, whyNone }: FoundGpus, wanted: number, warn: (line: string) => void): Gpu | null {
  if (wanted > 0 && found.length < wanted) {
    const there = whyNone ?? `${found.length}`;
    throw new LetheError('DEVICE_MISSING', `expected ${wanted} ${wanted === 1 ? 'GPU' : 'GPUs'} that can be computed on, found ${there}`);
  }
  if (wanted === 0 && found.length > 0) warn(`GPUs are here (${found.length}) and not used: --gpus-per-worker 1 computes on them`);
  return wanted === 0 ? null : (found[0] ?? null);
}

/** Started by hand on this or another machine: the welcome will name the run. @throws LetheError CONFIG_INVALID */
export function startJoining(worker: JoiningWorker, notice: (line: string) => void): WorkerStart {
  const { address, key, token, insecurePlaintext, engine, threads, interOpThreads, gpu, joinTimeoutSeconds, logFile, logLevel } = worker;
  const trust = key === null || token === null
    ? { insecurePlaintext }
    : { security: { listenerPublicKey: decodeJoinKey(key), ...decodeJoinToken(token) } };
  return {
    controlAddress: address,
    trust,
    origin: { runId: '', epoch: 0, sender: 'worker', incarnation: newIncarnation() },
    engine,
    threads,
    interOpThreads,
    environment: engineEnvironment({ threads, interOpThreads, gpu }),
    allowCode: worker.allowCode,
    joining: { timeoutMs: joinTimeoutSeconds * 1000, notice },
    log: { file: logFile, level: logLevel, position: { process: 'worker' } },
  };
}
