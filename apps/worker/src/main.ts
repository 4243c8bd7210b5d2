import { hostname } from 'node:os';
import { parseJoinArguments } from '@lethe/config';
import { openBatches, openData } from '@lethe/data';
import { errorCode, errorMessage } from '@lethe/errors';
import { WorkerEvaluator } from '@lethe/evaluation';
import { engineFingerprint, gpuIdentity, loadEngine } from '@lethe/tensorflow';
import { prepareWorker, runWorker } from '@lethe/training';
import { createZeroMqTransport } from '@lethe/transport';
import { openPulseThread } from './pulse/open-pulse-thread.js';
import { startFromArguments, startFromParent, type WorkerStart } from './worker-start.js';

/** Exit code that says: something typed is wrong, and nothing was started. */
const USAGE = 2;
/** The coordinator speaks over a channel to the workers that it starts. */
const startedByHand = process.send === undefined;

async function main(): Promise<void> {
  const start: WorkerStart = startedByHand ? startFromArguments(parseJoinArguments(process.argv.slice(2))) : await startFromParent();
  Object.assign(process.env, start.environment);
  const engine = await loadEngine({ prefer: start.engine });
  await runWorker({
    transport: createZeroMqTransport(),
    controlAddress: start.controlAddress,
    trust: start.trust,
    origin: start.origin,
    engine,
    fingerprint: engineFingerprint(engine, { threads: start.threads, gpu: engine.device === 'gpu' ? await gpuIdentity(process.env) : null, environment: process.env }),
    host: hostname(),
    openPulse: openPulseThread(start.controlAddress, start.trust),
    prepare: (welcome) => prepareWorker({
      engine,
      parallelShards: engine.graphs ? start.interOpThreads : 1,
      openData: (config) => openData(config.data, config.seed),
      openBatches,
      openEvaluator: (options) => new WorkerEvaluator(options),
    }, welcome),
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const wasMistyped = startedByHand && errorCode(error) === 'CONFIG_INVALID';
    process.stderr.write(`error: ${errorMessage(error)}\n${wasMistyped ? '(npx lethe worker --help lists what can be said)\n' : ''}`);
    process.exit(wasMistyped ? USAGE : 1);
  },
);
