import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseJoinArguments } from '@lethe/config';
import { openBatches, openData } from '@lethe/data';
import { errorMessage, LetheError } from '@lethe/errors';
import { WorkerEvaluator } from '@lethe/evaluation';
import { engineFingerprint, findGpus, gpuIdentity, loadEngine } from '@lethe/tensorflow';
import { prepareWorker, runWorker } from '@lethe/worker';
import { createZeroMqTransport } from '@lethe/transport';
import { exitCodeOf, isMistyped } from './exit-codes.js';
import { planJoining } from './joining/plan-joining.js';
import { readToken } from './joining/read-token.js';
import { receiveJoinStart, runWorkerGroup } from './joining/worker-group.js';
import { openHeartbeatThread } from './heartbeat/open-heartbeat-thread.js';
import { startFromParent, startJoining, type WorkerStart } from './worker-start.js';

const argv = process.argv.slice(2);
/** The coordinator, and a group of workers that join, speak over a channel to the workers that they start; a group gives them arguments besides. */
const startedByHand = process.send === undefined;

/** @returns exit code */
async function main(): Promise<number> {
  if (!startedByHand) return computeFor(argv.length === 0 ? await startFromParent() : startJoining(await receiveJoinStart(), tell));
  const options = parseJoinArguments(argv);
  const found = await findGpus(process.env);
  if (found.whyNone !== null && options.gpu === null) warn(`${found.whyNone}; computing on the cpu`);
  const token = await readToken(options, { folder: process.env['INIT_CWD'] ?? process.cwd(), standardInput: process.stdin, warn });
  const workers = planJoining({ ...options, token }, found);
  const [only, ...others] = workers;
  if (only === undefined || others.length > 0) return runWorkerGroup(fileURLToPath(import.meta.url), workers, process);
  return computeFor(startJoining(only, tell));
}

async function computeFor(start: WorkerStart): Promise<number> {
  Object.assign(process.env, start.environment);
  const engine = await loadEngine({ prefer: start.engine });
  const gpu = process.env['CUDA_VISIBLE_DEVICES'] ?? '-1';
  if (gpu !== '-1' && engine.name === 'native' && engine.device === 'cpu') {
    throw new LetheError('DEVICE_MISSING', `expected TensorFlow to compute on ${gpu}, found that it sees no GPU: is the driver as new as its CUDA needs? CUDA_VISIBLE_DEVICES=-1 computes on the processors`);
  }
  await runWorker({
    transport: createZeroMqTransport(),
    controlAddress: start.controlAddress,
    trust: start.trust,
    origin: start.origin,
    engine,
    fingerprint: engineFingerprint(engine, { threads: start.threads, gpu: engine.device === 'gpu' ? await gpuIdentity(process.env) : null, environment: process.env }),
    host: hostname(),
    joining: start.joining,
    openHeartbeat: openHeartbeatThread(start.controlAddress, start.trust),
    prepare: (welcome) => prepareWorker({
      engine,
      parallelShards: engine.graphs ? start.interOpThreads : 1,
      openData: (config) => openData(config.data, config.seed),
      openBatches,
      openEvaluator: (options) => new WorkerEvaluator(options),
    }, welcome),
  });
  return 0;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warn(line: string): void {
  process.stderr.write(`warning: ${line}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`error: ${errorMessage(error)}\n${isMistyped(error, startedByHand) ? '(npx lethe worker --help lists what can be said)\n' : ''}`);
    process.exit(exitCodeOf(error, startedByHand));
  },
);
