import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlurmCluster, whyNoSlurm } from '@lethe/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { batchScript, cancelJob, isJobOver, lookAtJob, outputOfTask, requeueJob, submitJob, type JobArray } from '../index.js';

const reason = whyNoSlurm();
/** Of a test, and of each wait in it: what is waited for in vain is named. */
const PATIENCE_MS = 120_000;
const WAIT_MS = 50_000;

it('is said if a command of Slurm is not there', async () => {
  await expect(lookAtJob('1', { PATH: '/nowhere' })).rejects.toMatchObject({
    code: 'PLACEMENT_FAILED', message: 'Slurm: squeue is not installed here',
  });
});

describe.skipIf(reason !== null)(`a job of a real Slurm${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let cluster: SlurmCluster;
  let folder: string;
  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'lethe-jobs-')), 'of "Ada", 100%');
    mkdirSync(folder);
    cluster = await SlurmCluster.start({ nodes: ['a', 'b'], cores: 2, gpus: 1, environment: process.env });
  }, PATIENCE_MS);
  afterAll(async () => {
    await cluster.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }, PATIENCE_MS);

  beforeEach(() => { onTestFailed(async () => { process.stderr.write(`${await cluster.report()}\n`); }); });

  interface Submitted { readonly id: string; readonly printed: (task?: number) => string }

  /** Submits a program of Node as a job. */
  async function submit(program: string, array: JobArray | null = null): Promise<Submitted> {
    const [script, output] = [join(folder, 'batch.sh'), join(folder, `output-${randomUUID()}.txt`)];
    writeFileSync(script, batchScript({
      name: 'a job', array, tasks: 2, coresPerTask: 1, gpusPerTask: 1, partition: 'all', account: null, time: '10', warningSeconds: 30,
      extra: ['--comment=it is mine'], folder, output, command: [process.execPath, '-e', program, "it's"],
    }));
    const id = await submitJob(script, cluster.environment);
    return { id, printed: (task) => readFileSync(task === undefined ? output : outputOfTask(output, task), 'utf8') };
  }
  const until = (isSo: () => void | Promise<void>): Promise<void> => vi.waitFor(isSo, { timeout: WAIT_MS, interval: 50 });
  const STAYS = `
    const tell = (word) => console.log(word + ' ' + (process.env.SLURM_RESTART_COUNT ?? 0));
    for (const name of ['SIGHUP', 'SIGTERM']) process.on(name, () => { tell(name); if (process.env.SLURM_RESTART_COUNT) process.exit(); });
    setInterval(() => undefined, 1000);
    tell('began');`;

  it('is submitted as its script says, and looked at until Slurm has forgotten it', async () => {
    const { id, printed } = await submit('console.log(process.cwd(), process.argv[1], process.env.SLURM_NTASKS)');
    await until(async () => { expect((await lookAtJob(id, cluster.environment)).state).toBe('COMPLETED'); });
    expect(printed()).toBe(`${folder} it's 2\n`);
    expect(isJobOver(await lookAtJob('4711', cluster.environment))).toBe(true);
    await expect(submitJob('/no/such/script', cluster.environment)).rejects.toMatchObject({ code: 'PLACEMENT_FAILED' });
  }, PATIENCE_MS);

  it('hears what it is to hear, and begins again from the queue', async () => {
    const { id, printed } = await submit(STAYS);
    await until(async () => {
      const steps = [{ name: 'batch', nodes: 'a' }];
      expect(await lookAtJob(id, cluster.environment)).toMatchObject({ state: 'RUNNING', nodes: 'a,b', steps });
      expect(printed()).toContain('began 0\n');
    });
    // As its time limit comes near.
    await cluster.command('scancel', '--signal=HUP', '--batch', id);
    await until(() => { expect(printed()).toContain('SIGHUP 0\n'); });
    await requeueJob(id, cluster.environment);
    await until(() => { expect(printed()).toContain('began 1\n'); });
    await cancelJob(await lookAtJob(id, cluster.environment), 'in order', cluster.environment);
    await until(async () => { expect(isJobOver(await lookAtJob(id, cluster.environment))).toBe(true); });
    expect(printed()).toContain('SIGTERM 1\n');
  }, PATIENCE_MS);

  it('is one of several tasks: those that run are asked to end, and none of the others begins', async () => {
    const { id, printed } = await submit(STAYS.replace('process.env.SLURM_RESTART_COUNT)', 'true)'), { tasks: [1, 3, 4], atOnce: 1 });
    await until(async () => {
      const states = (await lookAtJob(id, cluster.environment)).tasks.map(({ number, state, nodes }) => [number, state, nodes]);
      expect(states).toEqual([[1, 'RUNNING', 'a,b'], [3, 'PENDING', ''], [4, 'PENDING', '']]);
      expect(printed(1)).toBe('began 0\n');
    });
    const job = await lookAtJob(id, cluster.environment);
    expect(job).toMatchObject({ state: 'RUNNING', nodes: 'a,b', steps: [{ name: 'batch', nodes: 'a' }] });
    await cancelJob(job, 'in order', cluster.environment);
    await until(async () => { expect(isJobOver(await lookAtJob(id, cluster.environment))).toBe(true); });
    expect(await lookAtJob(id, cluster.environment)).toMatchObject({ state: 'CANCELLED', tasks: [{ number: 1, state: 'COMPLETED' }] });
    expect(printed(1)).toContain('SIGTERM 0\n');
    expect(() => printed(3)).toThrow('ENOENT');
  }, PATIENCE_MS);
});
