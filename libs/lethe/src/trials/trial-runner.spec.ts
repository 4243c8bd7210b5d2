import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig } from '@lethe/config';
import { LocalPlacement } from '@lethe/placement';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AS_BEFORE } from '../requests.js';
import { TrialsFolder } from './trials-folder.js';
import { TrialRunner, type TrialRunnerOptions } from './trial-runner.js';

let below: string;
let folder: TrialsFolder;
let player: ChildProcess;
const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);

beforeEach(async () => {
  below = await mkdtemp(join(tmpdir(), 'lethe-sweep-run-'));
  folder = await TrialsFolder.create(join(below, 'sweep'));
  await folder.begin(
    [1, 2].map((seed) => ({ key: String(seed), values: { seed }, config: { ...config, seed, evaluation: false } })),
    { kind: 'sweep', trialsAtOnce: 2, halving: null, best: null },
  );
  // The first trial is played by a process of a sweep that was killed; the second is complete.
  player = spawn('sleep', ['600'], { stdio: 'ignore' });
  for (const { name } of (await folder.read()).trials) {
    await mkdir(folder.runFolder(name));
    await writeFile(join(folder.runFolder(name), 'config.json'), '{}');
    await writeFile(
      join(folder.runFolder(name), 'summary.json'),
      JSON.stringify({ ending: 'completed', rounds: 3, wall_seconds: 1, test: { swap: null } }),
    );
  }
  await writeFile(join(folder.runFolder('001'), 'lock'), JSON.stringify({ host: hostname(), processId: player.pid, started: null }));
});
afterEach(async () => {
  player.kill('SIGKILL');
  await rm(below, { recursive: true, force: true });
});

async function sweepRun(given: Partial<TrialRunnerOptions>): Promise<TrialRunner> {
  return new TrialRunner({
    folder,
    state: await folder.read(),
    environments: [{}, {}],
    data: AS_BEFORE,
    logLevel: 'info',
    cores: 2,
    others: null,
    placement: new LocalPlacement(process.env),
    resources: { cores: null, gpus: 0 },
    onChange: () => undefined,
    onPosition: () => undefined,
    onNotice: () => undefined,
    ...given,
  });
}

describe('playing the trials of a sweep', () => {
  it('waits for one that a process plays already, then takes it as it is', async () => {
    const notices: string[] = [];
    const run = await sweepRun({
      onNotice: (line) => { notices.push(line); },
      onChange: ({ name, state }) => { if (name === '002' && state === 'completed') player.kill('SIGKILL'); },
    });
    await run.play();
    expect(notices).toEqual([`001  is still played by process ${player.pid}: waiting for its end`]);
    expect(run.trials.map(({ state, figures }) => [state, figures])).toEqual(
      [1, 2].map(() => ['completed', { rounds: 3, wall_seconds: 1, swap: Number.NaN }]),
    );
  });

  it('leaves it to go on when it is interrupted meanwhile', async () => {
    const run = await sweepRun({ onNotice: () => { setImmediate(() => { run.interrupt(); }); } });
    await run.play();
    expect([run.isInterrupted, player.signalCode]).toEqual([true, 'SIGINT']);
    expect(run.trials[0]).toMatchObject({ name: '001', state: 'waiting', attempts: 0, message: '' });
  });

  it('has one measured that is not among the best after its last epoch', async () => {
    const state = await folder.read();
    const last = state.trials[0]?.epochs ?? 0;
    const halving = { figure: 'held_out/reconstruction_mse', firstRung: last, factor: 2, better: 'lower' } as const;
    const endWith = (trial: string, value: number): void => {
      writeFileSync(
        join(folder.runFolder(trial), 'metrics.jsonl'),
        `${JSON.stringify({ kind: 'epoch', epoch: last, round: 3, [halving.figure]: value })}\n`,
      );
    };
    endWith('002', 0.1);
    const run = await sweepRun({
      state: { ...state, halving },
      onNotice: () => { endWith('001', 0.9); },
      onChange: ({ name, figures }) => { if (name === '001' && figures['epochs'] === last) player.kill('SIGKILL'); },
    });
    await run.play();
    expect(last).toBeGreaterThan(0);
    expect(run.trials[0]).toMatchObject({ name: '001', state: 'completed', figures: { epochs: last, [halving.figure]: 0.9 } });
  });

  it('stops one that is behind what another process has come to, and writes down that one alone', async () => {
    const state = await folder.read();
    const [own, other] = state.trials;
    const halving = { figure: 'held_out/reconstruction_mse', firstRung: 1, factor: 2, better: 'lower' } as const;
    const endWith = (trial: string, value: number): void => {
      const line = `${JSON.stringify({ kind: 'epoch', epoch: 1, round: 3, [halving.figure]: value })}\n`;
      writeFileSync(join(folder.runFolder(trial), 'metrics.jsonl'), line);
    };
    if (own === undefined || other === undefined) expect.fail('two trials');
    const lock = await folder.lockTrial(own.name, { breakLock: false }, () => undefined);
    const run = await sweepRun({
      state: { ...state, halving, trials: [own] }, others: [other.name], environments: [{}],
      // Both come there once it has begun.
      onNotice: () => { endWith(other.name, 0.1); endWith(own.name, 0.9); },
    });
    await run.play();
    expect(player.signalCode).toBe('SIGINT');
    expect((await folder.read()).trials.map((trial) => trial.state)).toEqual(['stopped', 'waiting']);
    await lock.release();
  });

  it('leaves none running when it fails itself', async () => {
    const run = await sweepRun({
      onChange: ({ name, state }) => { if (name === '002' && state === 'completed') throw new RangeError('cannot be shown'); },
    });
    const ended = once(player, 'exit');
    await expect(run.play()).rejects.toThrow('cannot be shown');
    expect((await ended)[1]).toBe('SIGINT');
  });
});
