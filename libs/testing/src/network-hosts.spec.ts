import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkHosts, whyNoHosts } from './network-hosts.js';

const why = whyNoHosts();

describe.skipIf(why !== null)(`hosts in network namespaces${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let hosts: NetworkHosts;
  beforeAll(async () => {
    const own = '/srv';
    hosts = await NetworkHosts.start({ names: ['a', 'b'], sshd: true, environment: { GIVEN: 'to all' }, ownFolders: { b: [own] } });
    hosts.introduce('a', ['b']);
  }, 30_000);
  afterAll(() => { hosts.end(); });

  const onA = (...argv: string[]) => {
    const [command = '', ...rest] = [...hosts.on('a'), ...argv];
    return spawnSync(command, rest, { encoding: 'utf8' });
  };
  const login = (...argv: string[]) => (
    onA('ssh', '-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=1', '-i', hosts.identity, 'b', argv.join(' '))
  );

  it('have names, addresses, variables and folders of their own, and one logs in', () => {
    writeFileSync(join(hosts.folder, 'shared'), '');
    const { stdout, stderr } = login('uname -n; echo "$GIVEN"; touch /srv/of-b; ls', hosts.folder);
    expect(stdout.split('\n'), stderr).toEqual(['b', 'to all', ...['a', 'b', 'identity', 'identity.pub', 'shared'], '']);
    expect(existsSync('/srv/of-b')).toBe(false);
    const unknown = onA('ssh', '-T', '-o', 'BatchMode=yes', '-i', hosts.identity, hosts.addressOf('a'), 'true');
    expect(unknown.stderr).toContain('Host key verification failed');
  });

  it('go away with all of their processes, and come back', async () => {
    hosts.powerOff('b');
    expect(hosts.processesOf('b')).toEqual([]);
    expect(login('true').status).toBe(255);
    await hosts.powerOn('b');
    expect(login('uname -n').stdout).toBe('b\n');
  }, 30_000);
});
