import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, parseJoinArguments, PLACED } from '@lethe/config';
import { openBatches, openData } from '@lethe/data';
import { errorCode, errorMessage, LetheError, type ErrorCode } from '@lethe/errors';
import { WorkerEvaluator } from '@lethe/evaluation';
import { LACKING_EXIT_CODE } from '@lethe/programs';
import { engineFingerprint, findGpus, gpuIdentity, loadEngine } from '@lethe/tensorflow';
import { openLog, type Log } from '@lethe/telemetry/log';
import { prepareWorker, runWorker } from '@lethe/worker';
import { createZeroMqTransport, loggedTransport } from '@lethe/transport';
import { openHeartbeatThread } from './heartbeat/open-heartbeat-thread.js';
import { planJoining } from './joining/plan-joining.js';
import { readToken } from './joining/read-token.js';
import { receiveJoinStart, runWorkerGroup } from './joining/worker-group.js';
import { startFromCoordinator, startJoining, type WorkerStart } from './worker-start.js';

const argv = process.argv.slice(2);
/** The coordinator places a worker, wherever that is. */
const isPlaced = argv.length === 1 && argv[0] === PLACED;
/** A group of workers that join starts them with a channel to them. */
const startedByHand = !isPlaced && process.send === undefined;

/** What the exit code of a worker means; `lethe worker --help` lists them. */
const EXIT = { failed: 1, usage: 2, thrownOut: 4, orphaned: 5, lacking: LACKING_EXIT_CODE } as const;

/** Errors of a worker that lacks what it computes with. */
const LACKING: ReadonlySet<ErrorCode> = new Set(['DEVICE_MISSING', 'ENGINE_MISSING', 'ENGINE_UNSUPPORTED_PLATFORM']);

/** @returns exit code */
async function main(): Promise<number> {
  const workerLogs = join(cacheFolder(process.env), 'worker-logs');
  if (isPlaced) return computeFor(await startFromCoordinator({ findGpus: () => findGpus(process.env), logFolder: workerLogs, warn }));
  if (!startedByHand) return computeFor(startJoining(await receiveJoinStart(), print));
  const options = parseJoinArguments(argv);
  const found = await findGpus(process.env);
  if (found.whyNone !== null && options.gpu === null) warn(`${found.whyNone}; computing on the cpu`);
  const folder = process.env['INIT_CWD'] ?? process.cwd();
  const token = await readToken(options, { folder, standardInput: process.stdin, warn });
  const logFolder = options.logFolder === null ? workerLogs : resolve(folder, options.logFolder);
  const workers = planJoining({ ...options, token, logFolder }, found);
  const [only, ...others] = workers;
  if (only === undefined || others.length > 0) return runWorkerGroup(fileURLToPath(import.meta.url), workers, process);
  return computeFor(startJoining(only, print));
}

async function computeFor(start: WorkerStart): Promise<number> {
  const log = openLog({ ...start.log, onWarning: warn });
  try {
    await compute(start, log);
    return 0;
  } catch (error) {
    log.error({ error }, 'the worker ends with an error');
    throw error;
  }
}

async function compute(start: WorkerStart, log: Log): Promise<void> {
  Object.assign(process.env, start.environment);
  const engine = await loadEngine({ prefer: start.engine });
  const gpu = process.env['CUDA_VISIBLE_DEVICES'] ?? '-1';
  if (gpu !== '-1' && engine.name === 'native' && engine.device === 'cpu') {
    const remedy = 'is the driver as new as its CUDA needs? CUDA_VISIBLE_DEVICES=-1 computes on the processors';
    throw new LetheError('DEVICE_MISSING', `expected TensorFlow to compute on ${gpu}, found that it sees no GPU: ${remedy}`);
  }
  const { controlAddress, threads, interOpThreads } = start;
  const facts = { controlAddress, threads, interOpThreads, node: process.version, engine: engine.name, version: engine.version };
  log.info({ ...facts, device: engine.device, host: hostname() }, 'a worker starts');
  const onNotice = (line: string): void => {
    log.warn({}, line);
    warn(line);
  };
  const usedGpu = engine.device === 'gpu' ? await gpuIdentity(process.env) : null;
  await runWorker({
    transport: loggedTransport(createZeroMqTransport(), log),
    controlAddress,
    log,
    trust: start.trust,
    origin: start.origin,
    engine,
    fingerprint: engineFingerprint(engine, { threads, gpu: usedGpu, environment: process.env }),
    host: hostname(),
    joining: start.joining,
    openHeartbeat: openHeartbeatThread(controlAddress, start.trust),
    prepare: (welcome) => prepareWorker({
      engine,
      parallelShards: engine.graphs ? interOpThreads : 1,
      allowCode: start.allowCode,
      openData: (config) => openData(config.data, config.seed, { cacheFolder: cacheFolder(process.env), onNotice }),
      openBatches,
      openEvaluator: (options) => new WorkerEvaluator(options),
    }, welcome),
  });
  log.info({}, 'the worker ends');
}

function exitCodeOf(error: unknown): number {
  if (isMistyped(error)) return EXIT.usage;
  const code = errorCode(error);
  if (code !== undefined && LACKING.has(code)) return EXIT.lacking;
  const ending = error instanceof LetheError ? error.details['ending'] : undefined;
  if (ending === 'orphaned') return EXIT.orphaned;
  return ending === 'thrown out' || code === 'PEER_UNAUTHORISED' ? EXIT.thrownOut : EXIT.failed;
}

/** Whether something that the user typed is wrong, and nothing was started. */
function isMistyped(error: unknown): boolean {
  const code = errorCode(error);
  return startedByHand && (code === 'CONFIG_INVALID' || code === 'DEVICE_PLAN_INVALID');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warn(line: string): void {
  process.stderr.write(`warning: ${line}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const hint = isMistyped(error) ? '(npx lethe worker --help lists what can be said)\n' : '';
    process.stderr.write(`error: ${errorMessage(error)}\n${hint}`);
    process.exit(exitCodeOf(error));
  },
);
