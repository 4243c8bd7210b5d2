import { parentPort, workerData } from 'node:worker_threads';
import { beatOver, pulseIdentity, type PulseNews } from '@lethe/membership';
import { createZeroMqTransport, type Trust } from '@lethe/transport';

/** What the thread is started with. */
export interface PulseThreadData {
  readonly address: string;
  readonly trust: Trust;
  readonly news: PulseNews;
}

/** To the thread: the next news, or null to end. From the thread, whatever it is: the coordinator is gone. */
export type PulseThreadMessage = PulseNews | null;

const { address, trust, news } = workerData as PulseThreadData;
const connection = await createZeroMqTransport().connect(address, { identity: pulseIdentity(news.origin.incarnation), ...trust });
const pulse = beatOver(connection, news, () => parentPort?.postMessage('orphaned'));
parentPort?.on('message', (message: PulseThreadMessage) => {
  if (message !== null) pulse.tell(message);
  else void pulse.stop().finally(() => parentPort?.close());
});
