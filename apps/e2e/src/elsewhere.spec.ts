import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweep, train, type Settings } from '@lethe/lethe';
import { LocalPlacement, type PlacedProcess, type Placement, type Scheduler } from '@lethe/placement';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lethe-elsewhere-'));
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SMALL: Settings = { recipe: 'quick', dataDir: 'data', batchSize: 16, heldOut: 0, rounds: 9, grid: false, evaluation: false };

/** This machine as if it were another: processes are told nothing but what another machine would be told. */
class AnotherMachine implements Scheduler {
  readonly name = 'another machine';
  readonly places = 2;
  readonly placed: { readonly name: string; readonly process: PlacedProcess }[] = [];
  isClosed = false;

  open(): Promise<Placement> {
    const local = new LocalPlacement(process.env);
    return Promise.resolve({
      name: this.name, isHere: false,
      place: (wanted) => {
        const process = local.place(wanted);
        this.placed.push({ name: wanted.name, process });
        return process;
      },
      close: async () => {
        await local.close();
        this.isClosed = true;
      },
    });
  }
}

describe('workers that a scheduler places elsewhere', () => {
  it('have the bits of those of this machine, one that was killed among them', async () => {
    const other = new AnotherMachine();
    const notices: string[] = [];
    const run = train(SMALL, { folder, name: 'elsewhere', on: other, coresPerWorker: 1, onNotice: (line) => notices.push(line) });
    for await (const { round } of run) if (round === 3) other.placed[0]?.process.kill();
    const { summary, ending } = await run.done;
    expect([ending, other.isClosed], notices.join('\n')).toEqual(['completed', true]);
    expect(other.placed.map(({ name }) => name)).toEqual(['worker-1', 'worker-2', 'worker-1']);
    expect(notices).toContainEqual('workers run on another machine');
    expect(notices).toContainEqual(expect.stringMatching(/^worker-1 starts on /));
    const here = await train({ ...SMALL, workers: 1 }, { folder, name: 'here' }).done;
    expect(summary.weights_sha256).toBe(here.summary.weights_sha256);
    // No secret is left, and what a run says of its files is said there too.
    expect(readdirSync(join(folder, 'runs/elsewhere')).filter((name) => ['join-token', 'placed'].includes(name))).toEqual([]);
    expect(existsSync(join(folder, 'runs/elsewhere/logs/worker-1.jsonl'))).toBe(true);
  }, 90_000);

  it('are as many as there are places, and no more', async () => {
    const asked = train({ ...SMALL, workers: 3 }, { folder, on: new AnotherMachine() }).done;
    await expect(asked).rejects.toThrow('workers: expected at most 2, the places of another machine, found 3');
    await expect(train(SMALL, { folder, gpusPerWorker: 1 }).done).rejects.toThrow(
      'gpusPerWorker: expected nothing for workers of this machine, which share it, found 1',
    );
  });
});

describe('runs of a sweep that a scheduler places elsewhere', () => {
  it('are each played there once, and have the bits of those of this machine', async () => {
    const other = new AnotherMachine();
    const notices: string[] = [];
    const options = { folder, trialsAtOnce: 2, onNotice: (line: string) => { notices.push(line); } };
    const { trials } = await sweep({ ...SMALL, rounds: 3, beta: [0.1, 0.2] }, { ...options, name: 'there', on: other }).done;
    expect(trials.map(({ state }) => state), notices.join('\n')).toEqual(['completed', 'completed']);
    expect(other.placed.map(({ name }) => name).sort()).toEqual(['001', '002']);
    expect(notices).toContainEqual(expect.stringMatching(/^001 is played on /));
    await sweep({ ...SMALL, rounds: 3, beta: [0.1, 0.2], workers: 1 }, { ...options, name: 'ours' }).done;
    const fileOf = (name: string, trial: string): string => join(folder, 'runs', name, 'trials', trial, 'summary.json');
    const summary = (name: string, trial: string): string => readFileSync(fileOf(name, trial), 'utf8');
    const weights = (name: string): unknown[] => ['001', '002'].map((trial) => (
      (JSON.parse(summary(name, trial)) as { weights_sha256: string }).weights_sha256
    ));
    expect(weights('there')).toEqual(weights('ours'));
  }, 90_000);
});
