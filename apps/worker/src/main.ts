import { hostname } from 'node:os';
import { parseJoinArguments } from '@lethe/config';
import { BatchStream, openData } from '@lethe/data';
import { errorMessage } from '@lethe/errors';
import { WorkerEvaluator } from '@lethe/evaluation';
import { engineFingerprint, loadEngine } from '@lethe/tensorflow';
import { runWorker } from '@lethe/training';
import { createZeroMqTransport } from '@lethe/transport';
import { startFromArguments, startFromParent, type WorkerStart } from './worker-start.js';

async function main(): Promise<void> {
  const start: WorkerStart = process.send === undefined ? startFromArguments(parseJoinArguments(process.argv.slice(2))) : await startFromParent();
  Object.assign(process.env, start.environment);
  const engine = await loadEngine({ prefer: start.engine });
  await runWorker({
    transport: createZeroMqTransport(),
    controlAddress: start.controlAddress,
    trust: start.trust,
    origin: start.origin,
    engine,
    fingerprint: engineFingerprint(engine, start.threads),
    host: hostname(),
    openData: (config) => openData(config.data, config.seed),
    openBatches: ({ batchSize, seed }, training) => new BatchStream({ training, batchSize, seed }),
    openEvaluator: (options) => new WorkerEvaluator(options),
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  },
);
