import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rayModule } from '@lethe/programs';
import { RayCluster, rayPython, whyNoRay } from '@lethe/testing';
import { placementConformance } from '../../testing/placement-conformance.js';
import { RayScheduler, type PlacedProcess, type Placement, type PlacementOpening, type ProcessToPlace, type RayOptions } from '../index.js';

const MODULE = rayModule();
const PATIENCE_MS = 90_000;
const OPTIONS: RayOptions = { address: 'auto', python: 'python3', module: MODULE, ownCores: 0, waitSeconds: null };

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-ray-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

function opening(more: Partial<PlacementOpening> = {}): PlacementOpening {
  return {
    processes: 1, resources: { cores: 1, gpus: 0 }, environment: process.env, privateFolder: join(folder, 'private'), sharedFolders: [],
    signal: new AbortController().signal, onNotice: () => undefined, ...more,
  };
}

/** Part of a message. */
const matching = (text: string | RegExp): string => expect.stringMatching(text) as string;
const containing = (text: string): string => expect.stringContaining(text) as string;

describe('without Ray', () => {
  it('no Python is an error that names it', async () => {
    await expect(new RayScheduler({ ...OPTIONS, python: '/no/such/python' }).open(opening())).rejects.toMatchObject({
      code: 'PLACEMENT_FAILED', message: '/no/such/python: expected a Python that has the package ray, found no such program',
    });
  });

  it('a Python without Ray is an error that says whose it is to install', async () => {
    await promisify(execFile)('python3', ['-m', 'venv', '--without-pip', join(folder, 'bare')]);
    await expect(new RayScheduler({ ...OPTIONS, python: join(folder, 'bare/bin/python') }).open(opening())).rejects.toMatchObject({
      code: 'PLACEMENT_FAILED',
      message: matching(/^Python 3\.\S+: expected the package ray, of the cluster's version \(pip install ray\), found none$/),
    });
  }, 20_000);

  it('the address of a client is refused', () => {
    expect(() => new RayScheduler({ ...OPTIONS, address: 'ray://head:10001' })).toThrow(
      'address of Ray: expected HOST:PORT or auto, on a machine that is a node of the cluster, found ray://head:10001',
    );
  });
});

const reason = whyNoRay(process.env);

describe.skipIf(reason !== null)(`a real cluster of Ray${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const python = reason === null ? rayPython(process.env) : { executable: '', environment: {} };
  let cluster: RayCluster;
  beforeAll(async () => {
    cluster = await RayCluster.start(python, { nodes: [{ cores: 2, gpus: 0 }, { cores: 1, gpus: 1 }, { cores: 1, gpus: 1 }] });
  }, PATIENCE_MS);
  afterAll(() => cluster.close(), PATIENCE_MS);

  const open = (more: Partial<PlacementOpening>, options: Partial<RayOptions> = {}): Promise<Placement> =>
    new RayScheduler({ ...OPTIONS, python: python.executable, address: cluster.address, ...options })
      .open(opening({ environment: python.environment, ...more }));

  placementConformance('a placement group of Ray', async () => ({ placement: await open({ processes: 2 }), hosts: cluster.hosts }));

  describe('has processes', () => {
    let placement: Placement | null = null;
    afterEach(() => placement?.close(), PATIENCE_MS);

    interface Told { readonly id: number; readonly gpus: string }
    type Placed = PlacedProcess & { readonly isStarted: () => boolean; readonly told: () => Told };
    /** A process that tells its number and GPUs, and stays. */
    function stay(name: string, more: Partial<ProcessToPlace> = {}): Placed {
      let isStarted = false;
      const file = join(folder, `${name}-${Math.random()}.json`);
      const script = `
        const { renameSync, writeFileSync } = require('node:fs');
        writeFileSync(process.argv[1] + '.part', JSON.stringify({ id: process.pid, gpus: process.env.CUDA_VISIBLE_DEVICES }));
        renameSync(process.argv[1] + '.part', process.argv[1]);
        setInterval(() => undefined, 1000);`;
      if (placement === null) throw new Error('expected an open placement');
      const placed = placement.place({
        name, command: [process.execPath, '-e', script, file], folder, environment: {}, message: null,
        resources: { cores: 1, gpus: 1 }, printedFile: null, onStarted: () => { isStarted = true; }, ...more,
      });
      return {
        ended: placed.ended, interrupt: () => { placed.interrupt(); }, kill: () => { placed.kill(); }, isStarted: () => isStarted,
        told: () => JSON.parse(readFileSync(file, 'utf8')) as Told,
      };
    }
    const until = (isSo: () => void): Promise<void> => vi.waitFor(isSo, { timeout: 60_000, interval: 50 });
    const expectGone = (id: number): void => { expect(existsSync(`/proc/${id}`)).toBe(false); };

    it('on a GPU of its own each, or on none', async () => {
      placement = await open({ processes: 2, resources: { cores: 1, gpus: 1 } });
      const both = [stay('worker-1'), stay('worker-2')];
      for (const each of both) await until(() => { expect(each.told()).toMatchObject({ gpus: '0' }); });
      await placement.close();
      placement = await open({ processes: 1 });
      const none = stay('worker-1');
      await until(() => { expect(none.told()).toMatchObject({ gpus: '' }); });
    }, PATIENCE_MS);

    it('that wait for a bundle which another has, and end while they wait', async () => {
      placement = await open({ processes: 1 });
      const [first, second, third] = [stay('worker-1'), stay('worker-2'), stay('worker-3')];
      await until(() => { expect(first.isStarted()).toBe(true); });
      second.kill();
      expect(await second.ended).toMatchObject({ code: null, how: 'killed before it started' });
      expect(third.isStarted()).toBe(false);
      first.kill();
      await until(() => { expect(third.isStarted()).toBe(true); });
    }, PATIENCE_MS);

    it('that end with whoever placed them, however that died', async () => {
      placement = await open({ processes: 1 });
      const placed = stay('worker-1');
      await until(() => { expect(placed.isStarted()).toBe(true); placed.told(); });
      // The module is the only child of this process that is of Ray.
      const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)]);
      const modules = stdout.split('\n').filter((line) => line.includes(MODULE));
      expect(modules).toHaveLength(1);
      process.kill(Number(modules[0]?.trim().split(' ')[0]), 'SIGKILL');
      const why = containing('the connection to Ray ended (killed by SIGKILL)');
      expect(await placed.ended).toMatchObject({ code: null, how: why });
      await until(() => { expectGone(placed.told().id); });
      expect(await stay('worker-1').ended).toMatchObject({ code: null });
    }, PATIENCE_MS);

    it('whose message is nowhere to be read', async () => {
      placement = await open({ processes: 1 });
      const secret = `secret-${process.pid}`;
      const placed = stay('worker-1', { message: secret.repeat(20_000) });
      await until(() => { expect(placed.isStarted()).toBe(true); });
      const { stdout: commands } = await promisify(execFile)('ps', ['-eo', 'args'], { maxBuffer: 2 ** 24 });
      expect(commands).toContain(MODULE);
      expect(commands).not.toContain(secret);
      const written = promisify(execFile)('grep', ['-rlaF', secret, cluster.folder, '/dev/shm']);
      await expect(written).rejects.toMatchObject({ code: 1, stdout: '' });
    }, PATIENCE_MS);
  });

  it('too few resources are an error with what is there and what is wanted', async () => {
    await expect(open({ processes: 3, resources: { cores: 1, gpus: 1 } })).rejects.toMatchObject({
      code: 'PLACEMENT_FAILED',
      message: `Ray at ${cluster.address}: expected room for 3 processes with 1 core and 1 GPU each, found room for 2: ${
        cluster.hosts.map((host, index) => `${host} has ${index === 0 ? '2 cores and 0 GPUs' : '1 core and 1 GPU'}`).join(', ')}`,
    });
    const wanted = 'processes with 1 core and 0 GPUs each';
    await expect(open({ processes: 4 }, { ownCores: 1 })).rejects.toMatchObject({
      message: containing(`expected room for 4 ${wanted}, and on this node 1 core and 0 GPUs more, found room for 3: `),
    });
    await expect(open({ processes: 5 }, { waitSeconds: 1 })).rejects.toMatchObject({
      message: matching(`expected room for 5 ${wanted} within 1 s, found . cores? and 2 GPUs free$`),
    });
  }, PATIENCE_MS);

  it('what others hold is waited for, until it is free or the wish is given up', async () => {
    const first = await open({ processes: 4 });
    const giveUp = new AbortController();
    const notices: string[] = [];
    const given = open({ processes: 1, signal: giveUp.signal, onNotice: (line) => notices.push(line) });
    await vi.waitFor(() => { expect(notices).not.toEqual([]); }, { timeout: 60_000 });
    expect(notices).toEqual(['waiting for Ray to have room for 1 process with 1 core and 0 GPUs each: 0 cores and 2 GPUs are free now']);
    giveUp.abort(new Error('no more'));
    await expect(given).rejects.toThrow('no more');
    const second = open({ processes: 1 });
    await first.close();
    await (await second).close();
  }, PATIENCE_MS);

  it('no cluster is an error that says so', async () => {
    const away = await open({}, { address: '127.0.0.2:1' }).catch((error: unknown) => error);
    expect(away).toMatchObject({ code: 'PLACEMENT_FAILED', message: containing('127.0.0.2:1') });
  }, PATIENCE_MS);

  it('a process whose node goes has ended with it, and its next life is on another', async () => {
    const placement = await open({ processes: 1, resources: { cores: 1, gpus: 1 } });
    const place = (): { readonly placed: PlacedProcess; readonly started: Promise<string> } => {
      let onStarted: (host: string) => void = () => undefined;
      const started = new Promise<string>((resolve) => { onStarted = resolve; });
      const command = [process.execPath, '-e', 'setInterval(() => undefined, 1000);'];
      const resources = { cores: 1, gpus: 1 };
      const wanted = { name: 'worker-1', command, folder, environment: {}, message: null, resources, printedFile: null, onStarted };
      return { placed: placement.place(wanted), started };
    };
    const first = place();
    const host = await first.started;
    expect(cluster.hosts.slice(1)).toContain(host);
    await cluster.remove(cluster.hosts.indexOf(host));
    expect(await first.placed.ended).toMatchObject({ code: null, how: `its node ${host} is gone` });
    const next = await place().started;
    expect(cluster.hosts.slice(1).filter((other) => other !== host)).toEqual([next]);
    await placement.close();
  }, PATIENCE_MS);
});
