import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '@lethe/lethe/exit-codes';
import { lethe, letheProcesses } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-endings-'));
const runs = join(folder, 'runs');
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** With a single step of the classifier in a round. */
const SMALL = [
  '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '16', '--held-out', '8', '--checkpoint-every-epochs', '100000',
  '--no-grid', '--no-evaluation', '--runs-dir', runs,
];
/** For runs that do not end before something ends them. */
const LONG = ['--rounds', '100000'];

const summary = (name: string): object => JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as object;

/** Where the runs of this file put their sockets. */
const temporary = mkdtempSync(join(tmpdir(), 'lt-'));
afterAll(() => { rmSync(temporary, { recursive: true, force: true }); });
process.env['TMPDIR'] = temporary;
/** Graphs of a process that was killed while it loaded them are named longer; the next start removes them. */
const sockets = (): string[] => readdirSync(temporary).filter((name) => /^lethe-\w+$/.test(name));

/** Sends a signal to the first worker or server once training is under way. */
function onceTraining(act: () => void, sign = /examples\/s/): (text: string) => void {
  let done = false;
  return (text) => {
    if (done || !sign.test(text)) return;
    done = true;
    act();
  };
}

const workerId = (): number => Number(letheProcesses().find((line) => line.includes('worker'))?.split(' ')[0]);
const coordinatorId = (): number => Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${workerId()}/status`, 'utf8'))?.[1]);

describe('a run ends', () => {
  it('with the name of a worker that does not come back, and the last checkpoint', async () => {
    const ended = await lethe(
      [
        'train', ...SMALL, ...LONG, '--name', 'stalled', '--heartbeat-seconds', '0.25', '--stall-seconds', '2', '--restarts', '0',
        '--checkpoint-every-rounds', '2',
      ],
      onceTraining(() => process.kill(workerId(), 'SIGSTOP'), /round (?:[4-9]|\d\d)/),
    );
    expect(ended.code).toBe(1);
    expect(ended.output).toMatch(/worker-1 \(process \d+ on .+\) is silent; the run waits for a worker/);
    expect(ended.output).toMatch(/worker-1 \(process \d+ on .+\) has been silent for 2 s while in round \d+, phase \w+/);
    expect(ended.output).toMatch(/error: worker-1 is not started again after 1 deaths in a row, the last one: killed by SIGKILL/);
    expect(readdirSync(join(runs, 'stalled', 'checkpoints')).length).toBeGreaterThan(0);
    expect(letheProcesses()).toEqual([]);
  }, 60_000);

  it('when no worker has come for too long', async () => {
    const nobody = ['--workers', '0', '--await-workers', '0', '--listen', 'tcp://127.0.0.1:0', '--patience-seconds', '1'];
    const ended = await lethe(['train', ...SMALL, '--rounds', '3', '--name', 'alone', ...nobody]);
    expect(ended.code).toBe(1);
    expect(ended.output).toMatch(/error: round 1, phase \w+, inner step 1: no worker has been there for 1 s/);
  }, 60_000);

  it('with the name of what is not finite, keeps the last checkpoint, and sums up what was good', async () => {
    const ended = await lethe(['train', ...SMALL, '--rounds', '40', '--optimizer', 'sgd', '--learning-rate', '1e30', '--name', 'diverged']);
    expect(ended.code).toBe(EXIT.diverged);
    const part = /the loss \w+ of \w+ is [\w-]+|the statistics of [\w.]+ are not finite|the gradient of \w+ is not finite in [\w.]+/.source;
    const named = `(${part})(, (${part}))* \\(round \\d+, phase \\w+, inner step 1\\)`;
    expect(ended.output).toMatch(new RegExp(
      `worker-1 \\(process \\d+ on .+\\): ${named}; it is computed again\n[^]*`
      + `error: ${named}; it was computed twice, and no part of the gradient was applied`,
    ));
    expect(existsSync(join(runs, 'diverged', 'lock'))).toBe(false);
    expect(summary('diverged')).toMatchObject({ ending: 'diverged' });
  }, 60_000);

  it('as one that has diverged when its weights are finite, but no figure of them is', async () => {
    const ended = await lethe(['train', ...SMALL, '--rounds', '1', '--held-out', '0', '--learning-rate', '1e30', '--name', 'useless']);
    expect(ended.output).toContain('error: the reconstruction_mse of the test examples is not finite, found NaN');
    expect(ended.code).toBe(EXIT.diverged);
    expect(summary('useless')).toMatchObject({ ending: 'diverged', rounds: 1, test: {} });
  }, 60_000);

  it('complete and summed up when somebody interrupts what is measured then', async () => {
    let asked = 0;
    const flags = [...SMALL.filter((flag) => flag !== '--no-evaluation'), '--rounds', '2', '--name', 'unmeasured'];
    const ended = await lethe(['train', ...flags], (text, signal) => {
      if (asked > 0 || !/measuring \d+\/\d+/.test(text)) return;
      asked = performance.now();
      signal('SIGINT');
    });
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(ended.code).toBe(EXIT.interrupted);
    expect(ended.output).toMatch(/SIGINT: measuring no more; the run is complete and saved, `npx lethe evaluate .*unmeasured` measures it/);
    expect(ended.output).not.toMatch(/finishing the round|error:/);
    expect(summary('unmeasured')).toMatchObject({ ending: 'completed', rounds: 2 });
    expect(letheProcesses()).toEqual([]);
  }, 60_000);

  it('without leaving anyone behind when the coordinator is killed', async () => {
    await lethe(['train', ...SMALL, ...LONG, '--name', 'killed'], (text, signal) => {
      if (text.includes('examples/s')) signal('SIGKILL');
    });
    const deadline = performance.now() + 10_000;
    while (letheProcesses().length > 0 && performance.now() < deadline) execFileSync('sleep', ['0.1']);
    expect(letheProcesses()).toEqual([]);
    expect(sockets()).toHaveLength(1); // nobody was left to remove them; whoever starts next does
    // What it had locked can be gone on with.
    expect(readFileSync(join(runs, 'killed', 'lock'), 'utf8')).toContain('processId');
  }, 60_000);

  it('with a checkpoint when its whole process group gets a signal, as from a service manager', async () => {
    const ended = await lethe(['train', ...SMALL, ...LONG, '--name', 'group'], onceTraining(() => {
      for (const line of letheProcesses()) process.kill(Number(line.split(' ')[0]), 'SIGTERM');
      process.kill(coordinatorId(), 'SIGTERM');
      process.kill(coordinatorId(), 'SIGTERM');
    }));
    expect(ended.code).toBe(130);
    expect(readdirSync(join(runs, 'group', 'checkpoints'))).toHaveLength(1);
    expect([letheProcesses(), sockets()]).toEqual([[], []]);
  }, 60_000);

  it('with a checkpoint also when nobody reads its output any more', async () => {
    const started = performance.now();
    let asked = 0;
    const ended = await lethe(['train', ...SMALL, ...LONG, '--name', 'unread'], (text, signal, closeOutput) => {
      if (asked > 0 || !text.includes('examples/s')) return;
      asked = performance.now() - started;
      closeOutput();
      signal('SIGINT');
    });
    expect(ended.code).toBe(130);
    expect(ended.milliseconds - asked).toBeLessThan(5000);
    expect(readdirSync(join(runs, 'unread', 'checkpoints'))).toHaveLength(1);
    expect(letheProcesses()).toEqual([]);
  }, 60_000);

  it('at once when it is asked twice, and leaves no sockets', async () => {
    let signals = 0;
    // A round of 200 steps of the classifier is still under way when the second signal comes.
    const ended = await lethe(['train', ...SMALL, ...LONG, '--classifier-turns', '200', '--name', 'twice'], (text, signal) => {
      const wanted = text.includes('finishing the round') ? 2 : Number(text.includes('examples/s'));
      if (wanted <= signals) return;
      signals = wanted;
      signal(wanted === 1 ? 'SIGTERM' : 'SIGINT');
    });
    expect(ended.code).toBe(130);
    expect(readdirSync(join(runs, 'twice', 'checkpoints'))).toEqual([]);
    expect([letheProcesses(), sockets()]).toEqual([[], []]);
  }, 60_000);

  it('on a terminal too when it is refused before it has begun', async () => {
    const onTerminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const broken = join(runs, '..', 'broken');
    makeSmallData(broken);
    writeFileSync(join(broken, 'train-images-idx3-ubyte'), Buffer.of(0, 0, 8, 3, 0, 0));
    const argv = ['train', '--data-dir', broken, '--runs-dir', runs];
    const ended = await lethe(argv, () => undefined, ['python3', '-c', onTerminal, process.execPath]);
    expect(ended.output).toMatch(/reading the data[^]*error: .*train-images-idx3-ubyte: expected an IDX header of 16 bytes/);
    expect(ended.code).toBe(2);
  }, 30_000);

  it('on a terminal by Ctrl-C while data are read, and lines are wrapped afterwards as before', async () => {
    const ctrlC = [
      'import os, pty, sys',
      'def read(terminal):',
      '  shown = os.read(terminal, 1024)',
      '  if b"reading the data" in shown: os.write(terminal, b"\\x03")',
      '  return shown',
      'code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read))',
      'sys.exit(code if code >= 0 else 128 - code)',
    ].join('\n');
    const large = join(runs, '..', 'large');
    // Large enough that reading is under way when the signal comes.
    makeSmallData(large, { side: 600 });
    const argv = ['train', '--data-dir', large, '--runs-dir', runs];
    const { code, output } = await lethe(argv, () => undefined, ['python3', '-c', ctrlC, process.execPath]);
    // The wrapping of lines is switched off (l) and on (h).
    expect(output.split('\u001b[?7').slice(1).map(([letter]) => letter).join('')).toMatch(/^(lh)+$/);
    expect([code, existsSync(runs) && readdirSync(runs).some((name) => name.startsWith('run-'))]).toEqual([130, false]);
  }, 30_000);
});
