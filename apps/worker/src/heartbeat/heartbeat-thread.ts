import { parentPort, workerData } from 'node:worker_threads';
import { beatOver, heartbeatIdentity } from '@lethe/membership';
import { createZeroMqTransport, type Trust } from '@lethe/transport';
import { SharedStatus } from './shared-status.js';

/** What the thread is started with. Whatever it is told afterwards means that it is to end; what it tells, that the coordinator is gone. */
export interface HeartbeatThreadData {
  readonly address: string;
  readonly trust: Trust;
  /** Memory of the page with the news. */
  readonly page: SharedArrayBuffer;
}

const { address, trust, page: memory } = workerData as HeartbeatThreadData;
const page = new SharedStatus(memory);
const connection = await createZeroMqTransport().connect(address, { identity: heartbeatIdentity(page.read().origin.incarnation), ...trust });
const stop = beatOver(connection, () => page.read(), () => parentPort?.postMessage('orphaned'));
parentPort?.on('message', () => void stop().finally(() => parentPort?.close()));
