import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, letheProcesses, type Ended } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-recovery-'));
const runs = join(folder, 'runs');
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SMALL = [
  '--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0', '--rounds', '80', '--checkpoint-every-rounds', '10', '--checkpoint-every-epochs', '50',
  '--heartbeat-seconds', '0.25', '--no-grid', '--no-evaluation', '--runs-dir', runs,
];

function summary(name: string): { weights_sha256: string } {
  return JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as ReturnType<typeof summary>;
}

function rounds(name: string): number[] {
  const lines = readFileSync(join(runs, name, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { kind: string; round: number });
  return lines.filter(({ kind }) => kind === 'round').map(({ round }) => round);
}

/** The process of a role that was started last. */
function processOf(role: string): number {
  return Number(letheProcesses().filter((line) => line.includes(`apps/${role}/`)).at(-1)?.split(' ')[0]);
}

/** Trains; once training is under way, something happens, once. */
async function trainAnd(name: string, flags: readonly string[], act: () => void): Promise<Ended> {
  let isDone = false;
  const ended = await lethe(['train', ...SMALL, ...flags, '--name', name], (text) => {
    if (isDone || !text.includes('images/s')) return;
    isDone = true;
    act();
  });
  expect(isDone).toBe(true);
  return ended;
}

const ALL = Array.from({ length: 80 }, (_, round) => round + 1);
let undisturbed = '';
beforeAll(async () => {
  makeSmallData(join(folder, 'data'));
  expect((await lethe(['train', ...SMALL, '--name', 'undisturbed'])).code).toBe(0);
  undisturbed = summary('undisturbed').weights_sha256;
}, 60_000);

describe('a run goes on to the same bits', () => {
  it('when its only worker is killed', async () => {
    const ended = await trainAnd('only', [], () => process.kill(processOf('worker'), 'SIGKILL'));
    expect(ended.output).toMatch(/worker-1 \(process \d+\) ended while .+: killed by SIGKILL; it printed to .+; the run waits for a worker\nworker-1 is started again/);
    expect([ended.code, summary('only').weights_sha256]).toEqual([0, undisturbed]);
    expect(rounds('only')).toEqual(ALL);
  }, 60_000);

  it.each([
    { name: 'given-up', flags: [], why: /error: worker-1 is not started again after 1 deaths in a row/ },
    { name: 'alone', flags: ['--listen', 'tcp://127.0.0.1:0', '--patience-seconds', '1'], why: /error: round \d+, phase \w+, turn 1: no worker has been there for 1 s/ },
  ])('when its only worker is killed, none comes, and somebody resumes it later: $why', async ({ name, flags, why }) => {
    const ended = await trainAnd(name, ['--checkpoint-every-rounds', '1000', '--restarts', '0', ...flags], () => process.kill(processOf('worker'), 'SIGKILL'));
    expect([ended.code, ended.output]).toEqual([1, expect.stringMatching(why)]);
    expect(readdirSync(join(runs, name, 'checkpoints'))).toEqual([expect.stringMatching(/^round-\d+(-step-1)?\.safetensors$/)]);
    expect((await lethe(['train', '--resume', name, '--runs-dir', runs])).code).toBe(0);
    expect(summary(name).weights_sha256).toBe(undisturbed);
    expect(rounds(name)).toEqual(ALL);
  }, 60_000);

  it('when a process cannot be started again, and somebody mends that and resumes', async () => {
    const log = join(runs, 'unstartable', 'logs', 'worker-1.log');
    const ended = await trainAnd('unstartable', ['--checkpoint-every-rounds', '1000', '--restarts', '1'], () => {
      rmSync(log);
      mkdirSync(log);
      process.kill(processOf('worker'), 'SIGKILL');
    });
    expect([ended.code, ended.output]).toEqual([1, expect.stringMatching(/error: worker-1 is not started again after 2 deaths in a row, the last one: it cannot be started: .*worker-1\.log/)]);
    rmSync(log, { recursive: true });
    expect((await lethe(['train', '--resume', 'unstartable', '--runs-dir', runs])).code).toBe(0);
    expect(summary('unstartable').weights_sha256).toBe(undisturbed);
    expect(rounds('unstartable')).toEqual(ALL);
  }, 60_000);

  it('when a server is killed', async () => {
    const ended = await trainAnd('server', ['--workers', '2', '--servers', '2'], () => process.kill(processOf('parameter-server'), 'SIGKILL'));
    expect(ended.output).toMatch(/parameter-server-\d \(process \d+\) ended while .+; all servers go back to the last checkpoint\nparameter-server-\d is started again/);
    expect([ended.code, summary('server').weights_sha256]).toEqual([0, undisturbed]);
    expect(rounds('server')).toEqual(ALL);
  }, 60_000);

  it('when a worker is stopped for a while, whose shards another computes', async () => {
    let stopped = 0;
    const ended = await trainAnd('stopped', ['--workers', '2'], () => {
      stopped = processOf('worker');
      process.kill(stopped, 'SIGSTOP');
      setTimeout(() => process.kill(stopped, 'SIGCONT'), 1500);
    });
    expect(ended.output).toMatch(/worker-2 \(process \d+ on .+\) is silent; its shards are computed by worker-1/);
    expect([ended.code, summary('stopped').weights_sha256]).toEqual([0, undisturbed]);
  }, 60_000);

  it('when the coordinator is killed and another resumes, one of whose workers never becomes ready', async () => {
    let isKilled = false;
    await lethe(['train', ...SMALL, '--workers', '2', '--name', 'resumed'], (text, signal) => {
      if (isKilled || !/round \d\d+\//.test(text)) return;
      isKilled = true;
      signal('SIGKILL');
    });
    const resuming = lethe(['train', '--resume', 'resumed', '--workers', '2', '--restarts', '0', '--runs-dir', runs]);
    const looking = setInterval(() => {
      const [, second] = letheProcesses().filter((line) => line.includes('apps/worker/'));
      if (second === undefined) return;
      clearInterval(looking);
      process.kill(Number(second.split(' ')[0]), 'SIGKILL');
    }, 20);
    const { code, output } = await resuming.finally(() => { clearInterval(looking); });
    expect([code, output]).toEqual([0, expect.stringMatching(/worker-\d ended while starting: killed by SIGKILL[^]*worker-\d is not started again .+; the run goes on without it/)]);
    expect(summary('resumed').weights_sha256).toBe(undisturbed);
    expect(rounds('resumed')).toEqual(ALL);
  }, 60_000);

  it('and judges the epoch after whose last round it was interrupted', async () => {
    const flags = ['--data-dir', join(folder, 'data'), '--batch-size', '16', '--held-out', '8', '--no-grid', '--no-evaluation', '--runs-dir', runs];
    expect((await lethe(['train', ...flags, '--epochs', '2', '--name', 'unjudged'])).code).toBe(0);
    const metrics = join(runs, 'unjudged', 'metrics.jsonl');
    const lines = (): string[] => readFileSync(metrics, 'utf8').trim().split('\n');
    // What an interruption leaves in the moment between a round and the figures of the epoch that it ends.
    const interrupt = (): void => {
      expect(lines().at(-1)).toContain('"kind":"epoch"');
      writeFileSync(metrics, `${lines().slice(0, -1).join('\n')}\n`);
      writeFileSync(join(runs, 'unjudged', 'summary.json'), JSON.stringify({ ...summary('unjudged'), ending: 'interrupted' }));
    };
    // The last epoch, and one that others follow.
    for (const more of [[], ['--epochs', '3']]) {
      interrupt();
      expect((await lethe(['train', '--resume', 'unjudged', ...more, '--runs-dir', runs])).code).toBe(0);
      expect(summary('unjudged')).toMatchObject({ ending: 'completed' });
    }
    const epochs = lines().map((line) => JSON.parse(line) as { kind: string; epoch?: number }).filter(({ kind }) => kind === 'epoch');
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  }, 60_000);

  it('when a disk was too full for a checkpoint', async () => {
    let isAsked = false;
    const stopped = await lethe(['train', ...SMALL, '--name', 'full'], (text, signal) => {
      if (isAsked || !text.includes('images/s')) return;
      isAsked = true;
      signal('SIGINT');
    });
    expect(stopped.code).toBe(130);
    const before = readdirSync(join(runs, 'full', 'checkpoints'));
    // No file can become longer than 1,500 KiB; a checkpoint has 1,900.
    const limited = ['bash', '-c', "trap '' XFSZ; ulimit -f 1500; exec \"$@\"", 'bash', process.execPath];
    const full = await lethe(['train', '--resume', 'full', '--runs-dir', runs], undefined, limited);
    expect([full.code, full.output]).toEqual([1, expect.stringMatching(/warning: no checkpoint after round \d+: Cannot write .+\n[^]*error: Cannot write .+checkpoints.+safetensors/)]);
    expect(readdirSync(join(runs, 'full', 'checkpoints'))).toEqual(before);
    expect((await lethe(['train', '--resume', 'full', '--runs-dir', runs])).code).toBe(0);
    expect(summary('full').weights_sha256).toBe(undisturbed);
  }, 60_000);

  it('makes a checkpoint when it is asked for one, however early, and never ends of that', async () => {
    // By the command that users type, which is asked as soon as anybody can know of its run.
    const command = ['apps/coordinator/bin/lethe.mjs', 'train', ...SMALL, '--checkpoint-every-rounds', '1000', '--keep-checkpoints', '9', '--name', 'asked'];
    const run = spawn(process.execPath, command, { cwd: fileURLToPath(new URL('../../../', import.meta.url)), stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => { run.once('close', resolve); });
    while (!existsSync(join(runs, 'asked', 'lock')) && run.exitCode === null) await sleep(5);
    run.kill('SIGUSR2');
    const answer = await lethe(['checkpoint', 'asked', '--runs-dir', runs]);
    expect([answer.code, await ended]).toEqual([0, 0]);
    const [file = ''] = /round-\d+\.safetensors/.exec(answer.output) ?? [];
    expect(readdirSync(join(runs, 'asked', 'checkpoints'))).toEqual(expect.arrayContaining(['round-000001.safetensors', file]));
    expect(summary('asked').weights_sha256).toBe(undisturbed);
    const nobody = await lethe(['checkpoint', 'asked', '--runs-dir', runs]);
    expect([nobody.code, nobody.output]).toEqual([2, expect.stringContaining('asked: expected a run that is going on on this machine, found that nobody plays it')]);
  }, 60_000);
});
