import { COUNT, plainText, type FlagValue, type HelpedFlag } from '@lethe/config/flags';
import { FILE, type FlagReader } from './flag-values.js';
import { JOB_FLAGS, readJob, type JobWords } from './job-flags.js';

const HOSTS: FlagValue = { placeholder: '<hosts>', expected: 'hosts as in a,b:4', read: plainText };

const ON: FlagValue = {
  placeholder: '<slurm>', expected: 'slurm', read: (text) => (text === 'slurm' ? text : undefined), words: ['slurm'],
};

/** Who has machines. */
export type SchedulerName = 'slurm';

/** What flags say of the machines that workers run on. Undefined: not said. */
export interface PlacingWords {
  readonly on: SchedulerName | undefined;
  readonly coresPerWorker: number | undefined;
  readonly gpusPerWorker: number | undefined;
  readonly hosts: HostsWords | undefined;
  readonly job: JobWords;
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
  ...JOB_FLAGS,
];

/** Reads these flags, and keeps what is wrong with them. @param folder where a relative path starts */
export function readPlacing(reader: FlagReader, folder: string): PlacingWords {
  const on = reader.text('on', ON) === null ? undefined : 'slurm';
  if (on !== undefined && reader.isGiven('hosts'))
    reader.problems.push({ where: '--hosts', expected: 'no hosts together with --on, which has its own', found: '--on slurm' });
  return {
    on,
    coresPerWorker: reader.count('cores-per-worker') ?? undefined, gpusPerWorker: reader.count('gpus-per-worker') ?? undefined,
    hosts: readHosts(reader, folder),
    job: readJob(reader, { folder, isSubmitted: on !== undefined }),
  };
}

function readHosts(reader: FlagReader, folder: string): HostsWords | undefined {
  const [list, identity, install] = [reader.text('hosts', HOSTS), reader.path('identity', folder) ?? undefined, reader.has('install')];
  if (list !== null) return { list, identity, install };
  for (const name of ['identity', 'install'])
    if (reader.isGiven(name)) reader.problems.push({ where: `--${name}`, expected: 'it only together with --hosts', found: 'no hosts' });
  return undefined;
}
