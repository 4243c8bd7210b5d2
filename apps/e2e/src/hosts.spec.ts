import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder } from '@lethe/config';
import { makeSmallData, NetworkHosts, whyNoHosts } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, type Ended } from './lethe-process.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
/** The commands of the guide. */
const guide = readFileSync(join(WORKSPACE, 'docs/machines.md'), 'utf8');
const commands = [...guide.matchAll(/^ {4}npx lethe (.+ --hosts .+)$/gm)].map(([, command = '']) => command.split(' '));
const [TRAIN = [], SWEEP = [], ...OTHERS] = commands;
const why = whyNoHosts();

it.runIf(process.env['LETHE_TEST_HOSTS'] === 'required')('has network namespaces to be tested with', () => { expect(why).toBeNull(); });

describe.skipIf(why !== null)(`workers on hosts that ssh connects to${why === null ? '' : ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-on-hosts-'));
  const runs = join(folder, 'runs');
  let network: NetworkHosts;
  beforeAll(async () => {
    makeSmallData(join(folder, 'data'));
    mkdirSync(runs);
    network = await NetworkHosts.start({
      names: ['login', 'a', 'b', 'other', 'stranger'], sshd: true, environment: { LETHE_CACHE: cacheFolder(process.env) },
      // It shares nothing of this: neither where Lethe is installed, nor the runs.
      ownFolders: { other: [WORKSPACE, runs] },
    });
    network.introduce('login', ['a', 'b', 'other']);
  }, 60_000);
  afterAll(() => {
    network.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const SMALL = [
    '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '16', '--held-out', '0', '--no-grid', '--no-evaluation',
    '--heartbeat-seconds', '0.5', '--runs-dir', runs,
  ];
  const onLogin = (argv: readonly string[], onOutput?: Parameters<typeof lethe>[1]): Promise<Ended> => (
    lethe([...argv, ...SMALL, '--identity', network.identity], onOutput, [...network.on('login'), process.execPath])
  );
  const weights = (...path: string[]): string => (
    (JSON.parse(readFileSync(join(runs, ...path, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256
  );

  it('have the bits of a local run, though one host loses its power', async () => {
    let isOff = false;
    const [run, local] = await Promise.all([
      onLogin([...TRAIN, '--rounds', '24'], (text) => {
        if (isOff || !/examples\/s/.test(text)) return;
        isOff = true;
        network.powerOff('b');
      }),
      lethe(['train', ...SMALL, '--rounds', '24', '--name', 'local', '--workers', '1']),
    ]);
    expect([run.code, isOff], run.output).toEqual([0, true]);
    expect(run.output).toMatch(/worker-1 starts on a\n/);
    expect(run.output).toMatch(/worker-2 starts on b\n/);
    expect(run.output).toMatch(/worker-2 \(process \d+ on b\) is silent; its shards are computed by worker-1/);
    expect(network.processesOf('a')).toHaveLength(1);
    await network.powerOn('b');
    expect(local.code, local.output).toBe(0);
    expect(weights('on-hosts')).toBe(weights('local'));
  }, 120_000);

  it('end when the run is killed', async () => {
    const run = await onLogin(['train', '--rounds', '100000', '--name', 'killed', '--hosts', 'a,b'], (text, signal) => {
      if (/examples\/s/.test(text)) signal('SIGKILL');
    });
    expect(run.code).toBeNull();
    // What is left is the sshd that listens.
    for (const host of ['a', 'b']) await expect.poll(() => network.processesOf(host), { timeout: 20_000 }).toHaveLength(1);
  }, 60_000);

  it('are not started where anything is missing, and each host says what', async () => {
    const refused = await onLogin(['train', '--rounds', '1', '--hosts', 'a,nowhere,stranger,other']);
    expect(refused.code, refused.output).toBe(1);
    const program = join(WORKSPACE, 'apps/coordinator/dist/main.js');
    for (const line of [
      'nowhere: expected a host that ssh logs in at, found Could not resolve hostname nowhere',
      'stranger: expected a host that ssh logs in at, found Host key verification failed.; its key is not in known_hosts',
      `other: expected Lethe 0.1.0 at ${program}, found nothing there (--install copies it)`,
    ]) expect(refused.output).toContain(line);
    const there = program.replace(WORKSPACE, network.ownFolder('other', WORKSPACE));
    mkdirSync(dirname(there), { recursive: true });
    writeFileSync(there, "console.log('0.0.9');\n");
    const old = await onLogin(['train', '--rounds', '1', '--hosts', 'other']);
    expect([old.code, old.output]).toEqual([1, expect.stringContaining(`expected Lethe 0.1.0 at ${program}, found 0.0.9, by Node v`)]);
  }, 60_000);

  it('play the runs of a sweep, if they see its folder', async () => {
    expect(OTHERS).toEqual([]);
    const [swept, single] = await Promise.all([
      onLogin([...SWEEP, '--rounds', '3']),
      lethe(['train', ...SMALL, '--rounds', '3', '--beta', '0.2', '--name', 'single', '--workers', '1']),
    ]);
    expect(swept.code, swept.output).toBe(0);
    expect(swept.output).toMatch(/001 is played on a\n/);
    expect(swept.output).toMatch(/002 is played on b\n/);
    expect(single.code, single.output).toBe(0);
    expect(weights('swept/trials/002')).toBe(weights('single'));
    writeFileSync(join(network.ownFolder('other', WORKSPACE), 'apps/coordinator/dist/main.js'), "console.log('0.1.0');\n");
    const alone = await onLogin(['sweep', '--beta', '0.1,0.2', '--rounds', '3', '--name', 'alone', '--hosts', 'a,other']);
    expect([alone.code, alone.output]).toEqual([1, expect.stringMatching(
      /other: expected the same files as here: .*\/runs\/alone\/\.seen-from-hosts-\w+, which was written just now, found none/,
    )]);
  }, 90_000);
});
