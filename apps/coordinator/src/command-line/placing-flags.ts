import { COUNT, plainText, type FlagValue, type HelpedFlag } from '@lethe/config/flags';
import { FILE, type FlagReader } from './flag-values.js';
import { JOB_FLAGS, readJob, type JobWords } from './job-flags.js';

const HOSTS: FlagValue = { placeholder: '<hosts>', expected: 'hosts as in a,b:4', read: plainText };

const SCHEDULERS = ['slurm', 'ray'] as const;
/** Who has machines. */
type SchedulerName = (typeof SCHEDULERS)[number];

const schedulerOf = (text: string): SchedulerName | undefined => SCHEDULERS.find((name) => name === text);
const ON: FlagValue = { placeholder: `<${SCHEDULERS.join('|')}>`, expected: SCHEDULERS.join(' or '), read: schedulerOf, words: SCHEDULERS };
const ADDRESS: FlagValue = { placeholder: '<address>', expected: 'auto or HOST:PORT', read: plainText, isOne: true };

/** What flags say of the machines that workers run on. Undefined: not said. */
export interface PlacingWords {
  readonly on: SchedulerName | undefined;
  readonly coresPerWorker: number | undefined;
  readonly gpusPerWorker: number | undefined;
  readonly hosts: HostsWords | undefined;
  readonly ray: RayWords;
  readonly job: JobWords;
}

/** What flags say of a cluster of Ray. Undefined: not said. */
export interface RayWords {
  readonly address: string | undefined;
  /** Name or path of a Python. */
  readonly python: string | undefined;
  readonly ownCores: number | undefined;
  readonly waitSeconds: number | undefined;
}

/** What flags say of hosts that ssh connects to. */
export interface HostsWords {
  readonly list: string;
  /** Absolute path of a private key. */
  readonly identity: string | undefined;
  readonly install: boolean;
}

/** Flags that say on whose machines workers run, or the runs of a sweep. */
export const PLACING_FLAGS: readonly HelpedFlag[] = [
  { name: 'on', help: 'whose machines workers run on, or the runs of a sweep', value: ON, otherwise: 'this machine' },
  { name: 'hosts', help: 'hosts of workers, by ssh; a,b:4 has four on b', value: HOSTS, otherwise: 'this machine' },
  { name: 'identity', help: 'private key for --hosts', value: FILE, otherwise: 'as ssh is configured' },
  { name: 'install', help: 'copy Lethe to those of --hosts that lack this version' },
  { name: 'cores-per-worker', help: 'cores of each worker elsewhere', value: COUNT, otherwise: 'what its machine leaves it' },
  { name: 'gpus-per-worker', help: 'GPUs of each worker elsewhere: 0 or 1', value: COUNT, otherwise: '0' },
  { name: 'ray-address', help: 'with --on ray: address of the cluster', value: ADDRESS, otherwise: 'auto, that of this node' },
  { name: 'ray-python', help: 'with --on ray: Python that has the package ray', value: FILE, otherwise: 'python3' },
  { name: 'ray-own-cores', help: 'with --on ray: cores of this node to hold for coordinator and servers', value: COUNT, otherwise: '0' },
  { name: 'ray-wait', help: 'with --on ray: seconds to wait for room', value: COUNT, otherwise: 'until what others hold is free' },
  ...JOB_FLAGS,
];

/** Reads these flags, and keeps what is wrong with them. @param folder where a relative path starts */
export function readPlacing(reader: FlagReader, folder: string): PlacingWords {
  const on = schedulerOf(reader.text('on', ON) ?? '');
  if (on !== undefined && reader.isGiven('hosts'))
    reader.problems.push({ where: '--hosts', expected: 'no hosts together with --on, which has its own', found: `--on ${on}` });
  return {
    on,
    coresPerWorker: reader.count('cores-per-worker') ?? undefined, gpusPerWorker: reader.count('gpus-per-worker') ?? undefined,
    hosts: readHosts(reader, folder),
    ray: readRay(reader, on === 'ray'),
    job: readJob(reader, { folder, isSubmitted: on === 'slurm' }),
  };
}

function readRay(reader: FlagReader, isOnRay: boolean): RayWords {
  for (const name of ['ray-address', 'ray-python', 'ray-own-cores', 'ray-wait']) {
    if (isOnRay || !reader.isGiven(name)) continue;
    reader.problems.push({ where: `--${name}`, expected: 'it only together with --on ray', found: 'it alone' });
  }
  return {
    address: reader.text('ray-address', ADDRESS) ?? undefined, python: reader.text('ray-python', FILE) ?? undefined,
    ownCores: reader.count('ray-own-cores') ?? undefined, waitSeconds: reader.count('ray-wait') ?? undefined,
  };
}

function readHosts(reader: FlagReader, folder: string): HostsWords | undefined {
  const [list, identity, install] = [reader.text('hosts', HOSTS), reader.path('identity', folder) ?? undefined, reader.has('install')];
  if (list !== null) return { list, identity, install };
  for (const name of ['identity', 'install'])
    if (reader.isGiven(name)) reader.problems.push({ where: `--${name}`, expected: 'it only together with --hosts', found: 'no hosts' });
  return undefined;
}
