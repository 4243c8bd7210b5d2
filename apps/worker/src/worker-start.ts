import { usableCores, type JoinOptions } from '@lethe/config';
import { memberTrust, receiveProcessStart } from '@lethe/membership';
import { newIncarnation, type Origin } from '@lethe/protocol';
import { engineEnvironment } from '@lethe/tensorflow';
import { decodeJoinKey, decodeJoinToken, type Trust } from '@lethe/transport';

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
}

/** Started by the coordinator, which has set the environment and sends the rest. */
export async function startFromParent(): Promise<WorkerStart> {
  const start = await receiveProcessStart();
  const { controlAddress, runId, epoch, incarnation, engine, threads, interOpThreads } = start;
  return { controlAddress, trust: memberTrust(start), origin: { runId, epoch, sender: 'worker', incarnation }, engine, threads, interOpThreads, environment: {} };
}

/** Started by hand on this or another machine: the welcome will name the run. One worker uses all cores of its machine. */
export function startFromArguments({ address, key, token, insecurePlaintext, engine, threads }: JoinOptions): WorkerStart {
  const trust = key === null || token === null ? { insecurePlaintext } : { security: { listenerPublicKey: decodeJoinKey(key), ...decodeJoinToken(token) } };
  const interOpThreads = usableCores();
  return {
    controlAddress: address,
    trust,
    origin: { runId: '', epoch: 0, sender: 'worker', incarnation: newIncarnation() },
    engine,
    threads,
    interOpThreads,
    environment: engineEnvironment({ threads, interOpThreads, gpu: null }),
  };
}
