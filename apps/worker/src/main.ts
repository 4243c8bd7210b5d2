import { hostname } from 'node:os';
import { parseJoinArguments } from '@lethe/config';
import { openData } from '@lethe/data';
import { errorMessage } from '@lethe/errors';
import { WorkerEvaluator } from '@lethe/evaluation';
import { loadEngine, engineFingerprint } from '@lethe/tensorflow';
import { runWorker } from '@lethe/training';
import { createZeroMqTransport } from '@lethe/transport';
import { startFromArguments, startFromParent, type WorkerStart } from './worker-start.js';

// The coordinator decides when a run ends: a Ctrl-C in its terminal reaches this process too.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);

async function main(): Promise<void> {
  const start: WorkerStart = process.send === undefined ? startFromArguments(parseJoinArguments(process.argv.slice(2))) : await startFromParent();
  Object.assign(process.env, start.environment);
  const engine = await loadEngine(start.engine);
  await runWorker({
    transport: createZeroMqTransport(),
    controlAddress: start.controlAddress,
    trust: start.trust,
    origin: start.origin,
    engine,
    fingerprint: engineFingerprint(engine, start.threads),
    host: hostname(),
    openData: (config) => openData(config.data, config.seed),
    openEvaluator: (options) => new WorkerEvaluator(options),
  });
}

main().then(
  () => { process.exit(0); },
  (error: unknown) => {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  },
);
