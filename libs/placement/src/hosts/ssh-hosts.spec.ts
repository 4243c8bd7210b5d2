import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkHosts, standInNvidiaSmi, whyNoHosts, DIVIDED_AND_WHOLE } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placementConformance } from '../../testing/placement-conformance.js';
import type { PlacementOpening, ProcessEnd, ProcessToPlace } from '../index.js';
import { problemsOf } from './ask-host.js';
import { parseHosts, sshHosts, type SshHostsOptions } from '../index.js';

const why = whyNoHosts();
const skipped = why === null ? '' : ` (skipped: ${why})`;
const PATH = process.env['PATH'] ?? '';

describe.skipIf(why !== null)(`hosts over ssh${skipped}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-ssh-hosts-'));
  /** Folder that host `c` has for itself. */
  const ownOfC = join(folder, 'own');
  let network: NetworkHosts;
  beforeAll(async () => {
    mkdirSync(ownOfC);
    writeProgram(folder, '1.2.3');
    const gpus = join(folder, 'with-gpus');
    mkdirSync(gpus);
    network = await NetworkHosts.start({
      names: ['near', 'a', 'b', 'c', 'stranger'], sshd: true,
      environment: { LETHE_ON: 'a host', PATH: standInNvidiaSmi(gpus, DIVIDED_AND_WHOLE, PATH) },
      ownFolders: { c: [ownOfC] },
    });
    network.introduce('near', ['a', 'b', 'c']);
  }, 60_000);
  afterAll(() => {
    network.end();
    rmSync(folder, { recursive: true, force: true });
  });

  function writeProgram(into: string, version: string): void {
    writeFileSync(join(into, 'program.cjs'), `if (process.argv[2] === '--version') console.log('${version}');\n`);
  }
  const hostsOf = (list: string, more: Partial<SshHostsOptions> = {}) => sshHosts({
    hosts: parseHosts(list), identity: network.identity, silenceSeconds: 3, install: null,
    program: { name: 'Lethe', path: join(folder, 'program.cjs'), version: '1.2.3', node: process.execPath }, ...more,
  });
  const openingOf = (more: Partial<PlacementOpening> = {}): PlacementOpening => ({
    processes: 1, resources: { cores: null, gpus: 0 }, environment: { ...process.env, PATH: network.sshFrom('near', PATH) },
    privateFolder: join(folder, 'private'), sharedFolders: [], signal: new AbortController().signal, onNotice: () => undefined, ...more,
  });

  placementConformance('hosts over ssh', async () => ({ placement: await hostsOf('a,b:2').open(openingOf()), hosts: ['a', 'b'] }));

  const refused = (list: string, more: Partial<SshHostsOptions> = {}, opening: Partial<PlacementOpening> = {}): Promise<string> => (
    hostsOf(list, more).open(openingOf(opening)).then(() => 'opened', (error: unknown) => {
      expect(error).toMatchObject({ code: 'PLACEMENT_FAILED' });
      return (error as Error).message;
    })
  );

  it('are asked before anything starts, and each says what is wrong there', async () => {
    expect(await refused('a,nowhere,stranger:2,c')).toMatch(new RegExp([
      '^nowhere: expected a host that ssh logs in at, found Could not resolve hostname nowhere: .*',
      'stranger: expected a host that ssh logs in at, found Host key verification failed\\.; its key is not in known_hosts: ' +
      'log in once by hand \\(ssh stranger\\), and compare the key that ssh shows$',
    ].join('\n')));
    const cores = await refused('b:2', {}, { resources: { cores: 1000, gpus: 0 } });
    expect(cores).toMatch(/^b: expected 1000 cores for each of 2 processes, found \d+$/);
    expect(await refused('b:2', {}, { resources: { cores: null, gpus: 2 } })).toBe('b: expected 2 GPUs for each of 2 processes, found 3');
    expect(await refused('a', { identity: `${network.identity}.none` })).toMatch(/^a: .* Permission denied \(.*--identity FILE/);
  }, 30_000);

  it('have what is placed, of the same version, and the files that are shared', async () => {
    const program = { name: 'Lethe', path: join(ownOfC, 'program.cjs'), version: '1.2.3', node: process.execPath };
    writeProgram(ownOfC, '1.2.3');
    expect(await refused('a,c', { program })).toBe(
      `c: expected Lethe 1.2.3 at ${program.path}, found nothing there (--install copies it)`,
    );
    writeProgram(network.ownFolder('c', ownOfC), '1.2.2');
    const other = await refused('c', { program });
    expect(other).toMatch(/^c: expected Lethe 1\.2\.3 at .*, found 1\.2\.2, by Node v\d.*\(--install copies it\)$/);
    const host = { host: 'b', places: 1 };
    const answer = { node: null, nodeVersion: null, version: null, cores: 1, gpus: [], unseen: [] };
    const none = problemsOf(host, answer, { ...program, node: '/no/such/node' }, openingOf().resources);
    expect(none).toEqual(['b: expected Node at /no/such/node or on the PATH of a command over ssh, found none']);
    const shared = join(ownOfC, 'runs');
    mkdirSync(shared);
    const unseen = await refused('b,c', {}, { sharedFolders: [shared] });
    expect(unseen).toMatch(/^c: expected the same files as here: .*\/runs\/\.seen-from-hosts-\w+, which was written just now, found none$/);
    expect(readdirSync(shared)).toEqual([]);
  }, 30_000);

  it('get what they lack, if that is wanted, and only then', async () => {
    const [here, there] = [ownOfC, network.ownFolder('c', ownOfC)].map((own) => join(own, 'package')) as [string, string];
    const install = (version: string): Promise<string[]> => {
      mkdirSync(here, { recursive: true });
      writeProgram(here, version);
      const said: string[] = [];
      const program = { name: 'Lethe', path: join(here, 'program.cjs'), version, node: process.execPath };
      const opened = hostsOf('a,c', { program, install: here }).open(openingOf({ onNotice: (line) => said.push(line) }));
      return opened.then(async (placement) => { await placement.close(); return said; });
    };
    writeFileSync(join(ownOfC, 'link-target'), '');
    mkdirSync(join(here, '.bin'), { recursive: true });
    symlinkSync('../program.cjs', join(here, '.bin/program'));
    const copied = expect.stringMatching(/^c: copied \d+ MB$/) as string;
    expect(await install('1.2.3')).toEqual([`c: copying Lethe 1.2.3, ${here} (nothing is there)`, copied]);
    expect(readlinkSync(join(there, '.bin/program'))).toBe('../program.cjs');
    expect(await install('1.2.3')).toEqual([]);
    rmSync(join(here, '.bin'), { recursive: true });
    expect(await install('1.2.4')).toEqual([`c: copying Lethe 1.2.4, ${here} (1.2.3 is there)`, copied]);
    expect(readdirSync(there)).toEqual(['program.cjs']);
    expect(readdirSync(join(there, '..'))).not.toContain('package.outgoing');
  }, 30_000);

  const started: string[] = [];
  /** What a shell runs, there. */
  const processTo = (name: string, script: string, more: Partial<ProcessToPlace> = {}): ProcessToPlace => ({
    name, command: ['sh', '-c', script], folder, environment: {}, message: null, resources: { cores: null, gpus: 0 }, printedFile: null,
    onStarted: (host) => started.push(`${name} on ${host}`), ...more,
  });

  it('have as many processes as the list says, each with its own part of the GPUs, and the others wait', async () => {
    const opening = { processes: 13, resources: { cores: null, gpus: 0 } };
    const placement = await hostsOf('a:12,b').open(openingOf(opening));
    const marks = join(folder, 'marks');
    mkdirSync(marks);
    // Each waits until twelve others are there.
    const script = `touch ${marks}/$0; while [ $(ls ${marks} | wc -l) -lt 13 ]; do sleep 0.05; done`;
    const all = Array.from({ length: 14 }, (_, index) => placement.place(
      processTo(`p${index}`, index === 13 ? 'exit 0' : script.replace('$0', `p${index}`)),
    ));
    expect((await Promise.all(all.map(({ ended }) => ended))).map(({ code, how }) => [code, how])).toEqual(
      all.map((_, index) => [0, expect.stringMatching(index < 12 ? / on a$/ : index === 12 ? / on b$/ : / on [ab]$/) as string]),
    );
    await placement.close();
    const gpus = await hostsOf('a:3').open(openingOf());
    const devices = await Promise.all([0, 1, 2].map((index) => gpus.place(processTo(
      `g${index}`, 'echo "$CUDA_VISIBLE_DEVICES" >&2', { resources: { cores: null, gpus: 1 } },
    )).ended));
    expect(devices.map(({ errors }) => errors.trim()).sort()).toEqual([
      'GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77', 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f', 'MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb',
    ]);
    await gpus.close();
  }, 60_000);

  it('run what Node runs with their own, wherever it lies', async () => {
    const node = '/no/such/node';
    const placement = await hostsOf('b', {
      program: { name: 'Lethe', path: join(folder, 'program.cjs'), version: '1.2.3', node },
    }).open(openingOf());
    const { code } = await placement.place(processTo('node', '', { command: [node, '-e', 'process.exitCode = 5'] })).ended;
    expect(code).toBe(5);
    await placement.close();
  }, 30_000);

  it('are this machine where the list says so', async () => {
    const said: string[] = [];
    const placement = await hostsOf('localhost,b').open(openingOf({ onNotice: (line) => said.push(line) }));
    expect([placement.isHere, placement.name, said]).toEqual(
      [false, 'the hosts localhost and b', ['localhost is this machine, to which nobody logs in']],
    );
    const ends = ['one', 'two'].map((name) => placement.place(processTo(name, 'echo "at $LETHE_ON" >&2; exit 3')).ended);
    expect((await Promise.all(ends)).map(({ code, errors }) => [code, errors])).toEqual([[3, 'at \n'], [3, 'at a host\n']]);
    expect(started.slice(-2).sort()).toEqual([`one on ${hostname()}`, 'two on b']);
    await placement.close();
    expect((await hostsOf('localhost').open(openingOf())).isHere).toBe(true);
  }, 30_000);

  it('keep the place of a process, and another has it when its host is gone', async () => {
    const placement = await hostsOf('a,b').open(openingOf());
    const lasting = (name: string): Promise<ProcessEnd> => placement.place(processTo(name, 'read line')).ended;
    const onHost = (name: string, host: string) => (
      expect.poll(() => started.includes(`${name} on ${host}`), { timeout: 20_000 }).toBe(true)
    );
    const [first, second] = [lasting('first'), lasting('second')];
    await onHost('first', 'a');
    await onHost('second', 'b');
    // Its processes are gone, and their connections with them.
    for (const id of network.processesOf('b')) process.kill(id, 'SIGKILL');
    expect((await second).how).toMatch(/^ssh to b: Connection (to b )?(closed|reset) by /);
    const again = lasting('second');
    expect((await again).how).toBe('ssh to b: connect to host b port 22: Connection refused');
    await network.powerOn('b');
    started.length = 0;
    void lasting('second');
    await onHost('second', 'b');
    network.unplug('a');
    // Nobody says that it is gone: it is asked, and does not answer.
    expect((await first).how).toMatch(/^ssh to a: Timeout, server a not responding\.$/);
    network.plug('a');
    await placement.close();
  }, 90_000);
});
