import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlurmCluster, whyNoSlurm } from '@lethe/testing';
import { placementConformance } from '../../testing/placement-conformance.js';
import { slurm, slurmJobId, SlurmPlacement, type PlacedProcess, type ProcessToPlace } from '../index.js';

const reason = whyNoSlurm();
const PATIENCE_MS = 60_000;

it('is open in a job alone', async () => {
  const opening = {
    processes: 1, resources: { cores: 1, gpus: 0 }, environment: {}, privateFolder: '/nowhere', sharedFolders: [],
    onNotice: () => undefined,
  };
  await expect(slurm({}).open({ ...opening, signal: new AbortController().signal })).rejects.toMatchObject({ code: 'PLACEMENT_FAILED' });
  expect([slurm({}).places, slurm({ SLURM_JOB_ID: '12', SLURM_NTASKS: '4' })]).toMatchObject([null, { name: "Slurm's job 12", places: 4 }]);
  // One of the tasks of an array has its number.
  expect(slurmJobId({ SLURM_JOB_ID: '12', SLURM_ARRAY_JOB_ID: '12', SLURM_ARRAY_TASK_ID: '4' })).toBe('12_4');
});

describe.skipIf(reason !== null)(`a real Slurm${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const NODES = ['a', 'b'];
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await SlurmCluster.start({ nodes: NODES, cores: 2, gpus: 2, environment: process.env });
  }, PATIENCE_MS);
  afterAll(() => cluster.close(), PATIENCE_MS);

  /** The environment of a job that holds all nodes and runs nothing yet. */
  async function allocate(): Promise<Readonly<Record<string, string | undefined>>> {
    const wanted = ['--nodes=2', '--ntasks=4', '--cpus-per-task=1', '--gpus-per-task=1'];
    await cluster.command('salloc', '--no-shell', '--no-kill', '--job-name=held', ...wanted);
    return { ...process.env, ...cluster.environment, SLURM_JOB_ID: await cluster.command('squeue', '--noheader', '--format=%i') };
  }
  const placementOf = (environment: Awaited<ReturnType<typeof allocate>>, parent: string): SlurmPlacement =>
    new SlurmPlacement({ environment, job: environment['SLURM_JOB_ID'] ?? '', folder: join(parent, 'messages') });
  const release = (): Promise<string> => cluster.command('scancel', '--me');

  describe('in a job of its own', () => {
    afterAll(release);
    placementConformance("a job's nodes", async (folder) =>
      ({ placement: placementOf(await allocate(), folder), hosts: NODES }));
  });

  describe('the steps of a job', () => {
    let folder: string;
    let placement: SlurmPlacement;
    let environment: Readonly<Record<string, string | undefined>>;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'lethe-steps-'));
      environment = await allocate();
      placement = placementOf(environment, folder);
    }, PATIENCE_MS);
    afterEach(async () => {
      await placement.close();
      await release();
      rmSync(folder, { recursive: true, force: true });
    }, PATIENCE_MS);

    /** A process that writes its GPUs and number into a file of its name. */
    const WRITES = `require('node:fs').writeFileSync(
      process.argv[1], JSON.stringify({ gpus: process.env.CUDA_VISIBLE_DEVICES ?? '', id: process.pid }));`;
    /** And runs until its standard input ends. */
    const STAYS = `process.stdin.on('end', () => process.exit(0)).resume(); ${WRITES}`;
    /** And runs whatever its standard input does: what feeds it may be killed before it is. */
    const NEVER_ENDS = `setInterval(() => undefined, 1000); ${WRITES}`;
    interface Staying extends PlacedProcess {
      readonly host: Promise<string>;
      readonly written: () => { readonly gpus: string; readonly id: number } | null;
    }
    function stay(name: string, wanted: Partial<ProcessToPlace> = {}, script = STAYS): Staying {
      const file = join(folder, name);
      let told: (host: string) => void;
      const host = new Promise<string>((resolve) => { told = resolve; });
      const placed = placement.place({
        name, command: [process.execPath, '-e', script, file], folder, environment: {}, message: 'x', printedFile: null,
        resources: { cores: 1, gpus: 1 }, onStarted: (host) => { told(host); }, ...wanted,
      });
      const written = (): ReturnType<Staying['written']> =>
        existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8') || 'null') as ReturnType<Staying['written']>) : null;
      return { ended: placed.ended, interrupt: () => { placed.interrupt(); }, kill: () => { placed.kill(); }, host, written };
    }
    const until = (isSo: () => void): Promise<void> => vi.waitFor(isSo, { timeout: PATIENCE_MS, interval: 20 });

    it('have GPUs and cores of their own, and wait for them', async () => {
      const four = ['w1', 'w2', 'w3', 'w4'].map((name) => stay(name, {}, NEVER_ENDS));
      await until(() => { for (const { written } of four) expect(written()).not.toBeNull(); });
      const places = await Promise.all(four.map(async ({ host, written }) => `${await host} ${written()?.gpus ?? ''}`));
      expect(places.toSorted()).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
      const [waiting, given] = [stay('w5'), stay('w6')];
      given.kill();
      expect(await given.ended).toMatchObject({ code: null, how: expect.stringMatching(/^Slurm did not start it: /) as string });
      expect(waiting.written()).toBeNull();
      four[2]?.kill();
      expect(NODES).toContain(await waiting.host);
      const how = expect.stringMatching(/^ended by a signal on [ab] \(Killed\)$/) as string;
      expect(await four[2]?.ended).toMatchObject({ code: null, how });
    }, PATIENCE_MS);

    it('keep messages from others, and not for long', async () => {
      const readLate = `setTimeout(() => process.stdin.once('data', (text) => { console.error(String(text)); process.exit(3); }), 300);`;
      const { ended } = stay('late', { command: [process.execPath, '-e', readLate], message: 'the secret' });
      const messages = join(folder, 'messages');
      expect(statSync(messages).mode & 0o777).toBe(0o700);
      expect(readdirSync(messages).map((name) => statSync(join(messages, name)).mode & 0o777)).toEqual([0o600]);
      expect((await ended).errors).toContain('the secret');
      expect(readdirSync(messages)).toEqual([]);
    }, PATIENCE_MS);

    it('end with whoever placed them, however that ends', async () => {
      const [program, file] = [join(folder, 'places.mts'), join(folder, 'left')];
      writeFileSync(program, `
        import { SlurmPlacement } from ${JSON.stringify(join(import.meta.dirname, '../index.ts'))};
        const { folder, script, file } = JSON.parse(process.argv[2]);
        new SlurmPlacement({ environment: process.env, job: process.env.SLURM_JOB_ID, folder: folder + '/theirs' }).place({
          name: 'left', command: [process.execPath, '-e', script, file], folder, environment: {}, message: 'x', printedFile: null,
          resources: { cores: 1, gpus: 0 }, onStarted: () => undefined,
        });`);
      const words = JSON.stringify({ folder, script: STAYS, file });
      const argv = ['--import', 'tsx', program, words];
      const placing = spawn(process.execPath, argv, { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
      const ended = once(placing, 'close');
      await until(() => { expect(existsSync(file) && readFileSync(file, 'utf8')).toBeTruthy(); });
      placing.kill('SIGKILL');
      await ended;
      const { id } = JSON.parse(readFileSync(file, 'utf8')) as { id: number };
      await until(() => { expect(() => process.kill(id, 0)).toThrow('ESRCH'); });
    }, PATIENCE_MS);

    it('are said to be gone with their node, and go on elsewhere', async () => {
      const [first, second] = [stay('first'), stay('second')];
      await until(() => { for (const { written } of [first, second]) expect(written()).not.toBeNull(); });
      const node = await first.host;
      await cluster.killNode(node);
      expect(await first.ended).toMatchObject({ code: null, how: `its node ${node} is gone` });
      const next = stay('next');
      expect(await next.host).not.toBe(node);
    }, PATIENCE_MS);
  });
});
