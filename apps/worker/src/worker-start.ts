import { memberTrust, receiveProcessStart } from '@lethe/programs';
import { newIncarnation, type Origin } from '@lethe/protocol';
import { engineEnvironment } from '@lethe/tensorflow';
import type { LogOptions } from '@lethe/telemetry/log';
import type { Joining } from '@lethe/worker';
import { decodeJoinKey, decodeJoinToken, type Trust } from '@lethe/transport';
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

/** Started by the coordinator, which has set the environment and sends the rest. */
export async function startFromParent(): Promise<WorkerStart> {
  const start = await receiveProcessStart();
  const { controlAddress, runId, epoch, incarnation, engine, threads, interOpThreads, name, logFile, logLevel } = start;
  const [run = ''] = runId.split('/');
  const log = { file: logFile, level: logLevel, position: { process: name, run, epoch } };
  const origin = { runId, epoch, sender: 'worker', incarnation };
  const computing = { engine, threads, interOpThreads, environment: {} };
  return { controlAddress, trust: memberTrust(start), origin, ...computing, allowCode: true, joining: null, log };
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
