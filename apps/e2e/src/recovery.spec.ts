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
  '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0', '--rounds', '80',
  '--checkpoint-every-rounds', '10', '--checkpoint-every-epochs', '50', '--heartbeat-seconds', '0.25',
  '--no-grid', '--no-evaluation', '--runs-dir', runs,
];

function summary(name: string): { weights_sha256: string } {
  return JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as ReturnType<typeof summary>;
}

function rounds(name: string): number[] {
  const lines = readFileSync(join(runs, name, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const metrics = lines.map((line) => JSON.parse(line) as { kind: string; round: number });
  return metrics.filter(({ kind }) => kind === 'round').map(({ round }) => round);
}

const checkpoints = (name: string): string[] => readdirSync(join(runs, name, 'checkpoints'));

/** The process of a role that was started last. */
function processOf(role: string): number {
  return Number(letheProcesses().filter((line) => line.includes(`apps/${role}/`)).at(-1)?.split(' ')[0]);
}
const kill = (role: string): void => { process.kill(processOf(role), 'SIGKILL'); };

interface Act {
  /** What the run has printed when it happens. */
  readonly when: RegExp;
  readonly act: () => void;
}
const UNDER_WAY = /examples\/s/;

/** Its line may be seen to break before it is seen to have ended. */
const LOST = /\(process \d+(?:\)| on .+\)) (?:ended while .+: killed by SIGKILL; it printed to .+|cannot be reached any more)/.source;

/** Plays a run in which things happen, one after another; all of them must. */
async function play(argv: readonly string[], acts: readonly Act[]): Promise<Ended> {
  const left = [...acts];
  const ended = await lethe(['train', ...argv], (text) => { while (left[0]?.when.test(text) === true) left.shift()?.act(); });
  expect(left, ended.output).toEqual([]);
  return ended;
}

const ALL = Array.from({ length: 80 }, (_, round) => round + 1);
let undisturbed = '';
beforeAll(async () => {
  makeSmallData(join(folder, 'data'));
  expect((await lethe(['train', ...SMALL, '--name', 'undisturbed'])).code).toBe(0);
  undisturbed = summary('undisturbed').weights_sha256;
}, 60_000);

describe('a run that ends before its time, and is resumed each time', () => {
  const resume = ['--resume', 'mended', '--runs-dir', runs];

  it('ends when its only worker is killed and not started again', async () => {
    const flags = ['--checkpoint-every-rounds', '1000', '--restarts', '0', '--name', 'mended'];
    const ended = await play([...SMALL, ...flags], [{ when: UNDER_WAY, act: () => { kill('worker'); } }]);
    expect([ended.code, ended.output]).toEqual([1, expect.stringMatching(/error: worker-1 is not started again after 1 deaths in a row/)]);
    expect(checkpoints('mended')).toEqual([expect.stringMatching(/^round-\d+(-step-\d)?\.safetensors$/)]);
    const log = readFileSync(join(runs, 'mended/logs/coordinator.jsonl'), 'utf8').trim().split('\n');
    const error = expect.objectContaining({ code: 'PROCESS_DIED' }) as unknown;
    expect(log.map((line) => JSON.parse(line) as unknown)).toEqual(expect.arrayContaining([
      expect.objectContaining({ level: 'warn', member: 'worker-1', run: 'mended', epoch: 1, error }),
      expect.objectContaining({ level: 'error', message: 'the command fails', error }),
    ]));
  }, 60_000);

  it('ends when its only worker is killed and none comes', async () => {
    const flags = ['--listen', 'tcp://127.0.0.1:0', '--patience-seconds', '1'];
    const ended = await play([...resume, ...flags], [{ when: UNDER_WAY, act: () => { kill('worker'); } }]);
    expect(ended.output).toMatch(/error: round \d+, phase \w+, inner step \d: no worker has been there for 1 s/);
    expect(ended.code).toBe(1);
    expect(checkpoints('mended')).toHaveLength(2);
  }, 60_000);

  it('ends when a process cannot be started again, until somebody mends that', async () => {
    const log = join(runs, 'mended', 'logs', 'worker-1.log');
    const ended = await play([...resume, '--restarts', '1'], [{
      when: UNDER_WAY,
      act: () => {
        rmSync(log);
        mkdirSync(log);
        kill('worker');
      },
    }]);
    const why = /error: worker-1 is not started again after 2 deaths in a row, the last one: it cannot be started: .*worker-1\.log/;
    expect([ended.code, ended.output]).toEqual([1, expect.stringMatching(why)]);
    expect(checkpoints('mended')).toHaveLength(3);
    rmSync(log, { recursive: true });
  }, 60_000);

  it('ends when the disk is too full for its last checkpoint, and keeps those before', async () => {
    const before = checkpoints('mended');
    // No file can become longer than 1,500 KiB; a checkpoint has 1,900.
    const limited = ['bash', '-c', "trap '' XFSZ; ulimit -f 1500; exec \"$@\"", 'bash', process.execPath];
    const full = await lethe(['train', ...resume, '--checkpoint-every-rounds', '10'], undefined, limited);
    const warned = /warning: no checkpoint after round \d+: Cannot write .+\n[^]*error: Cannot write .+checkpoints.+safetensors/;
    expect([full.code, full.output]).toEqual([1, expect.stringMatching(warned)]);
    expect(checkpoints('mended')).toEqual(before);
  }, 60_000);

  it('has the same bits at its end', async () => {
    expect((await lethe(['train', ...resume])).code).toBe(0);
    expect(summary('mended').weights_sha256).toBe(undisturbed);
    expect(rounds('mended')).toEqual(ALL);
  }, 60_000);
});

describe('a run goes on to the same bits', () => {
  it('when its only worker is killed', async () => {
    const ended = await play([...SMALL, '--name', 'only'], [{ when: UNDER_WAY, act: () => { kill('worker'); } }]);
    expect(ended.output).toMatch(new RegExp(`worker-1 ${LOST}; the run waits for a worker\nworker-1 is started again`));
    expect([ended.code, summary('only').weights_sha256]).toEqual([0, undisturbed]);
    expect(rounds('only')).toEqual(ALL);
  }, 60_000);

  it('when a worker is stopped for a while, whose shards another computes, and a server is killed then', async () => {
    let stopped = 0;
    const ended = await play([...SMALL, '--workers', '2', '--servers', '2', '--name', 'shared'], [
      {
        when: UNDER_WAY,
        act: () => {
          stopped = processOf('worker');
          process.kill(stopped, 'SIGSTOP');
        },
      },
      {
        when: /worker-2 \(process \d+ on .+\) is silent; its shards are computed by worker-1/,
        act: () => { process.kill(stopped, 'SIGCONT'); },
      },
      { when: /worker-2 is heard again/, act: () => { kill('parameter-server'); } },
    ]);
    const server = /parameter-server-\d/.source;
    expect(ended.output).toMatch(new RegExp(`${server} ${LOST}; all servers go back to the last checkpoint\n${server} is started again`));
    expect([ended.code, summary('shared').weights_sha256]).toEqual([0, undisturbed]);
    expect(rounds('shared')).toEqual(ALL);
  }, 60_000);

  it('when the coordinator is killed and another resumes, one of whose workers never becomes ready', async () => {
    let isKilled = false;
    await lethe(['train', ...SMALL, '--workers', '2', '--name', 'resumed'], (text, signal) => {
      if (isKilled || !/round \d\d+\//.test(text)) return;
      isKilled = true;
      signal('SIGKILL');
    });
    // Workers of the killed coordinator may take a moment to end.
    const former = new Set(letheProcesses());
    const resuming = lethe(['train', '--resume', 'resumed', '--workers', '2', '--restarts', '0', '--runs-dir', runs]);
    const looking = setInterval(() => {
      const [, second] = letheProcesses().filter((line) => line.includes('apps/worker/') && !former.has(line));
      if (second === undefined) return;
      clearInterval(looking);
      process.kill(Number(second.split(' ')[0]), 'SIGKILL');
    }, 20);
    const { code, output } = await resuming.finally(() => { clearInterval(looking); });
    expect(output).toMatch(
      /worker-\d ended while starting: killed by SIGKILL[^]*worker-\d is not started again .+; the run goes on without it/,
    );
    expect(code).toBe(0);
    expect(summary('resumed').weights_sha256).toBe(undisturbed);
    expect(rounds('resumed')).toEqual(ALL);
  }, 60_000);

  // These two kill nothing, and need not follow one another.
  it.concurrent('and judges the epoch after whose last round it was interrupted', async () => {
    const data = ['--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '16', '--held-out', '8', '--epochs', '2'];
    expect((await lethe(['train', ...data, '--no-grid', '--no-evaluation', '--runs-dir', runs, '--name', 'unjudged'])).code).toBe(0);
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

  it.concurrent('makes a checkpoint when it is asked for one, however early, and never ends of that', async () => {
    // By the command that users type, which is asked as soon as anybody can know of its run.
    const flags = ['--checkpoint-every-rounds', '1000', '--keep-checkpoints', '9', '--name', 'asked'];
    const command = ['apps/coordinator/bin/lethe.mjs', 'train', ...SMALL, ...flags];
    const run = spawn(process.execPath, command, { cwd: fileURLToPath(new URL('../../../', import.meta.url)), stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => { run.once('close', resolve); });
    while (!existsSync(join(runs, 'asked', 'lock')) && run.exitCode === null) await sleep(5);
    run.kill('SIGUSR2');
    const answer = await lethe(['checkpoint', 'asked', '--runs-dir', runs]);
    expect([answer.code, await ended]).toEqual([0, 0]);
    const [file = ''] = /round-\d+\.safetensors/.exec(answer.output) ?? [];
    expect(checkpoints('asked')).toEqual(expect.arrayContaining(['round-000001.safetensors', file]));
    expect(summary('asked').weights_sha256).toBe(undisturbed);
    const nobody = await lethe(['checkpoint', 'asked', '--runs-dir', runs]);
    expect(nobody.output).toContain('asked: expected a run that is going on on this machine, found that nobody plays it');
    expect(nobody.code).toBe(2);
  }, 60_000);
});
