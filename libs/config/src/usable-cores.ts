import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';

/** A control group of this process that may have a quota of processor time. */
interface ControlGroup {
  readonly version: 1 | 2;
  /** Its folder. */
  readonly folder: string;
}

/**
 * Number of cores that this process may keep busy: those that it may run on, but no more than the quota of its control groups. A
 * container with a quota may run on every core of its host. Once the quota is used up, the container is stopped for the rest of the
 * period. Node counts the quota only from version 22 on.
 *
 * @param root folder in which `/proc` and what is mounted are looked for
 * @returns at least 1; fractions of a core are dropped
 */
export function usableCores(root = '/'): number {
  const quotas = controlGroups(root).map(quotaOf).filter((cores) => cores !== null);
  return Math.max(1, Math.floor(quotas.reduce((least, quota) => Math.min(least, quota), availableParallelism())));
}

/** The groups of this process and all groups around them, as far as they are mounted here. */
function controlGroups(root: string): ControlGroup[] {
  const memberships = lines(join(root, 'proc/self/cgroup')).map((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return { controllers: controllers.split(','), path };
  });
  return lines(join(root, 'proc/self/mountinfo')).flatMap((line) => {
    // 32 31 0:29 /root/of/the/mount /mount/point rw,relatime ... - cgroup cgroup rw,cpu,cpuacct
    const [, mounted = '', point = '', type = '', options = ''] = /^\S+ \S+ \S+ (\S+) (\S+) .*- (cgroup2?) \S+ (\S+)$/.exec(line) ?? [];
    const controller = type === 'cgroup2' ? '' : 'cpu';
    if (type === '' || (controller === 'cpu' && !options.split(',').includes('cpu'))) return [];
    const group = memberships.find(({ controllers }) => controllers.includes(controller));
    if (group === undefined) return [];
    // In a container without a cgroup namespace the path is the host's, and the mount begins at the container's group.
    const below = relative(mounted, group.path);
    const path = below.startsWith('..') ? '' : below;
    return foldersOf(join(root, point), path).map((folder) => ({ version: type === 'cgroup2' ? (2 as const) : (1 as const), folder }));
  });
}

function foldersOf(top: string, path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return Array.from({ length: parts.length + 1 }, (_, depth) => join(top, ...parts.slice(0, depth)));
}

/** The quota of one group in cores; null: none. */
function quotaOf({ version, folder }: ControlGroup): number | null {
  const [quota = '', period = ''] = version === 2
    ? (lines(join(folder, 'cpu.max'))[0] ?? '').split(' ')
    : ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => lines(join(folder, file))[0] ?? '');
  // "max" and -1 mean: no quota.
  const cores = Number(quota) / Number(period);
  return cores > 0 && Number.isFinite(cores) ? cores : null;
}

/** Lines of a file. A file that cannot be read has none: the system or the group does not have it. */
function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
}
