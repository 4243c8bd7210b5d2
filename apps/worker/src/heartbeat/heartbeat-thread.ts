import { parentPort, workerData } from 'node:worker_threads';
import { heartbeatIdentity, sendHeartbeats } from '@lethe/membership';
import { createZeroMqTransport, type Trust } from '@lethe/transport';
import { SharedStatus } from './shared-status.js';

/** What the thread is started with. Any message to the thread ends it; any message from it means that the coordinator is silent. */
export interface HeartbeatThreadData {
  readonly address: string;
  readonly trust: Trust;
  /** Of the worker's status, which the main thread writes. */
  readonly memory: SharedArrayBuffer;
}

const { address, trust, memory } = workerData as HeartbeatThreadData;
const status = new SharedStatus(memory);
const identity = heartbeatIdentity(status.read().origin.incarnation);
const connection = await createZeroMqTransport().connect(address, { identity, ...trust });
const stop = sendHeartbeats(connection, () => status.read(), () => parentPort?.postMessage('orphaned'));
parentPort?.on('message', () => void stop().finally(() => parentPort?.close()));
