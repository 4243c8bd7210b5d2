import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usableCores } from './usable-cores.js';

const HOST_CORES = availableParallelism();
let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-cores-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** A root folder with these files. */
function tree(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

const VERSION_2 = `\
24 23 0:21 / /proc rw,nosuid - proc proc rw
29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`;

describe('usableCores', () => {
  it('are those that this process may run on where there is no control group', () => {
    expect(usableCores(tree('none', {}))).toBe(HOST_CORES);
  });

  it.each<[string, string, string, number]>([
    ['of its group', 'max 100000', '100000 100000', 1],
    ['of the group around it', '50000 50000', 'max 100000', 1],
    ['that is the least, and a part of a core does not count', '900000 100000', '199000 100000', 1],
    ['that is more than there are cores', 'max 100000', '900000000 100000', HOST_CORES],
    ['of less than a core', '20000 100000', 'max 100000', 1],
    ['that no group has', 'max 100000', 'max 100000', HOST_CORES],
  ])('keep to the quota %s', (name, outer, inner, expected) => {
    const root = tree(name, {
      'proc/self/cgroup': '0::/kubepods.slice/pod1\n', 'proc/self/mountinfo': VERSION_2,
      'sys/fs/cgroup/kubepods.slice/cpu.max': `${outer}\n`, 'sys/fs/cgroup/kubepods.slice/pod1/cpu.max': `${inner}\n`,
    });
    expect(usableCores(root)).toBe(expected);
  });

  it('are found in a container that sees the paths of its host', () => {
    const mount = '/docker/0123abc /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:11 - cgroup cgroup rw,cpu,cpuacct';
    const quota = { 'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '100000\n', 'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n' };
    const inside = tree(
      'inside',
      {
        'proc/self/cgroup': '4:cpu,cpuacct:/docker/0123abc\n1:name=systemd:/docker/0123abc\n',
        'proc/self/mountinfo': `31 30 0:27 ${mount}\n`, ...quota,
      },
    );
    expect(usableCores(inside)).toBe(1);
    const elsewhere = tree(
      'elsewhere', { 'proc/self/cgroup': '4:cpu,cpuacct:/user.slice\n', 'proc/self/mountinfo': `31 30 0:27 ${mount}\n`, ...quota },
    );
    expect(usableCores(elsewhere)).toBe(1);
  });

  /** The mounted hierarchy of version 1 in which a group can be made; null: there is none. */
  function realHierarchy(): string | null {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    const point = /^\S+ \S+ \S+ \/ (\S+) rw.* - cgroup \S+ \S*\bcpu\b(?:,\S*)?$/m.exec(mounts)?.[1];
    return point !== undefined && process.getuid?.() === 0 ? point : null;
  }

  it('keep to a quota that the system really sets (control groups of version 1)', ({ skip }) => {
    const point = realHierarchy();
    if (point === null) skip('no hierarchy of version 1 with the controller cpu in which this user can make a group');
    if (HOST_CORES < 2) skip('a quota of one core changes nothing on a machine of one core');
    const outer = join(point ?? '', `lethe-cores-${process.pid}`);
    const inner = join(outer, 'inner');
    mkdirSync(inner, { recursive: true });
    try {
      writeFileSync(join(outer, 'cpu.cfs_quota_us'), '150000');
      const script = `import { usableCores } from '${import.meta.dirname}/usable-cores.ts'; process.stdout.write(String(usableCores()));`;
      const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
      const counted = (group: string): number => Number(
        execFileSync('sh', ['-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh', ...node], { encoding: 'utf8' }),
      );
      expect(counted(point ?? '')).toBe(HOST_CORES);
      expect(counted(inner)).toBe(1);
    } finally {
      rmdirSync(inner);
      rmdirSync(outer);
    }
  }, 30_000);
});
