import { hostname } from 'node:os';
import { join } from 'node:path';
import { interOpThreads, problemsError, processProblems, usableCores, type JoinOptions } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { describeDevice, planDevices, selectGpus, type FoundGpus, type Gpu } from '@lethe/tensorflow';

/** What the workers that join from this machine have in common. */
type SharedOptions = Pick<
  JoinOptions, 'address' | 'key' | 'token' | 'insecurePlaintext' | 'engine' | 'threads' | 'joinTimeoutSeconds' | 'allowCode' | 'logLevel'
>;

/** What one worker that joins from this machine is started with. */
export interface JoiningWorker extends SharedOptions {
  /** Operations at a time: the cores of the machine, shared. */
  readonly interOpThreads: number;
  /** Null: the processors. */
  readonly gpu: Gpu | null;
  /** Absolute path of its log. */
  readonly logFile: string;
}

/** What was typed, with the token and an absolute path for the logs in place. */
type PlannedOptions = Omit<JoinOptions, 'logFolder'> & { readonly logFolder: string };

/**
 * The workers that this machine offers to a run: the number that is asked for, else one for each GPU that may be used, else one on the
 * processors.
 *
 * @param found GPUs that the environment leaves
 * @throws LetheError DEVICE_PLAN_INVALID for GPUs that are not available, CONFIG_INVALID for more workers than the cores can run
 */
export function planJoining(options: PlannedOptions, { gpus: found, whyNone }: FoundGpus, cores = usableCores()): readonly JoiningWorker[] {
  const { address, key, token, insecurePlaintext, engine, threads, joinTimeoutSeconds, allowCode, logLevel } = options;
  const { logFolder, gpu, shareGpus } = options;
  if (gpu !== null && whyNone !== null) {
    throw new LetheError('DEVICE_PLAN_INVALID', `--gpu: expected a GPU that can be computed on, found none (${whyNone})`);
  }
  const usable = engine === 'wasm' ? [] : gpu === null ? found : selectGpus(found, gpu, '--gpu');
  const devices = planDevices({ gpus: usable, workers: options.workers ?? Math.max(1, usable.length), allowSharing: shareGpus });
  const problems = processProblems({ workers: devices.length, servers: 0, oversubscribe: options.oversubscribe }, cores, () => '--workers');
  if (problems.length > 0) throw problemsError(problems);
  const shared: SharedOptions = { address, key, token, insecurePlaintext, engine, threads, joinTimeoutSeconds, allowCode, logLevel };
  const operations = interOpThreads(cores, devices.length);
  return devices.map((device, index) => ({
    ...shared, interOpThreads: operations, gpu: device, logFile: join(logFolder, `${hostname()}-worker-${index + 1}.jsonl`),
  }));
}

/** What each of these workers is called on this machine: `worker 2 on gpu 1`. */
export function namesOf(workers: readonly JoiningWorker[]): readonly string[] {
  return workers.map(({ gpu }, index) => `worker ${index + 1} on ${describeDevice(gpu)}`);
}
