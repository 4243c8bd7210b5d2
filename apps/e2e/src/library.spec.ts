import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate, openRun, sweep, train, type Progress, type Settings, type TrainedRun, type TrainOptions } from '@lethe/lethe';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lethe-library-'));
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Three rounds to an epoch; nothing is measured. */
const SMALL: Settings = {
  recipe: 'quick', dataDir: 'data', batchSize: 16, heldOut: 0, rounds: 6, grid: false, evaluation: false, workers: 1,
};
const options = (name: string, others: TrainOptions = {}): TrainOptions => ({ folder, name, ...others });
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'exit', 'uncaughtException', 'unhandledRejection'];

async function played(settings: Settings, name: string): Promise<TrainedRun> {
  return train({ ...SMALL, ...settings }, options(name)).done;
}

describe('a program', () => {
  it('plays several runs at the same time, each with the weights that it has alone, and changes nothing about the process', async () => {
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const listeners = SIGNALS.map((signal) => process.listenerCount(signal));
    const [environment, working] = [{ ...process.env }, process.cwd()];
    const together = await Promise.all([played({}, 'mild'), played({ beta: 4, latentSize: 3 }, 'strict')]);
    expect([SIGNALS.map((signal) => process.listenerCount(signal)), { ...process.env }, process.cwd()]).toEqual(
      [listeners, environment, working],
    );
    for (const spy of written) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    const [mild, strict] = together.map(({ summary }) => summary.weights_sha256);
    expect(strict).not.toBe(mild);
    expect((await played({ beta: 4, latentSize: 3 }, 'strict-alone')).summary.weights_sha256).toBe(strict);
  }, 120_000);

  it('follows rounds and epochs, or stops following, and the run goes on', async () => {
    const progress: Progress[] = [];
    const run = train(SMALL, options('followed', { onProgress: (one) => { progress.push(one); } }));
    const epochs = (async () => {
      const seen: number[] = [];
      for await (const { epoch, round } of run.epochs()) seen.push(epoch, round);
      return seen;
    })();
    for await (const { round, losses } of run) {
      expect(Object.values(losses).every(Number.isFinite)).toBe(true);
      if (round === 2) break;
    }
    const { ending, rounds, totalRounds, measures, failure, config, summary } = await run.done;
    // The same as beside another run.
    expect(summary.weights_sha256).toBe((await openRun('mild', { folder })).summary?.weights_sha256);
    expect({ ending, rounds, totalRounds, measures, failure }).toEqual(
      { ending: 'completed', rounds: 6, totalRounds: 6, measures: null, failure: null },
    );
    expect([config.recipe, run.stage, run.folder]).toEqual(['quick', 'over', join(folder, 'runs', 'followed')]);
    expect(await epochs).toEqual([1, 3, 2, 6]);
    const late: number[] = [];
    for await (const { round } of run) late.push(round);
    expect(late).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(progress.map(({ kind }) => kind))).toEqual(new Set(['reading', 'starting', 'round', 'epoch']));
  }, 60_000);

  it('ends a run by a signal, which saves it, and goes on with it to the same weights', async () => {
    const ending = new AbortController();
    const run = train(SMALL, options('stopped', { signal: ending.signal }));
    for await (const { round } of run) if (round === 2) ending.abort();
    const { ending: how, rounds, folder: where } = await run.done;
    expect(how).toBe('interrupted');
    expect(rounds).toBeLessThan(6);
    const { checkpoints, summary } = await openRun('stopped', { folder });
    expect([checkpoints.map((one) => one.rounds), summary?.ending]).toEqual([[rounds], 'interrupted']);
    const resumed = train({}, { folder, resume: where });
    const played: number[] = [];
    for await (const { round } of resumed) played.push(round);
    expect(played[0]).toBe(rounds + 1);
    expect((await resumed.done).summary.weights_sha256).toBe((await openRun('followed', { folder })).summary?.weights_sha256);
  }, 60_000);

  it('gets nothing from a run that was to end before there was anything to save', async () => {
    const run = train(SMALL, options('never', { signal: AbortSignal.abort() }));
    await expect(run.done).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(existsSync(join(folder, 'runs', 'never'))).toBe(false);
  });

  it('kills a run, whose checkpoints of before stay', async () => {
    const run = train({ ...SMALL, rounds: 100_000 }, options('killed'));
    for await (const { round } of run) {
      if (round !== 2) continue;
      run.checkpoint();
      break;
    }
    while (readdirSync(join(folder, 'runs', 'killed', 'checkpoints')).length === 0) await new Promise(setImmediate);
    run.kill('enough');
    await expect(run.done).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'enough' });
    expect((await openRun('killed', { folder })).checkpoints.length).toBeGreaterThan(0);
  }, 60_000);

  it.each<[string, Settings, TrainOptions, string]>([
    ['CONFIG_INVALID', { batchSise: 3 } as Settings, {}, 'batchSise: expected a known setting, found the unknown name "batchSise" (did'],
    ['CONFIG_INVALID', { workers: 1 }, { workers: 2 }, 'workers: expected it once, as a setting or as an option, found 2 too'],
    ['CONFIG_INVALID', { recipe: 'mnist-to-usps', dataDir: 'data' }, {}, 'training: expected sources, adaptation or target for one run'],
    ['DATA_MISSING', { dataDir: 'nowhere' }, {}, '--data-dir: expected a folder, found none at'],
    ['RUN_MISSING', {}, { resume: 'nothing' }, 'nothing: expected a run (a folder with config.json), found none at'],
    ['RUN_EXISTS', SMALL, { name: 'followed' }, 'expected no run of that name, found one'],
  ])('hears %s of what cannot be: %j %j', async (code, settings, given, message) => {
    await expect(train(settings, { folder, ...given }).done).rejects.toMatchObject(
      { name: 'LetheError', code, message: expect.stringContaining(message) as string },
    );
  });

  it('measures a run, and ends that by a signal', async () => {
    const measures = await evaluate('followed', { folder, probes: ['linear'], seeds: [1], workers: 1 });
    expect(measures).toMatchObject({ kind: 'forgetting', rounds: 6 });
    const run = await openRun('followed', { folder });
    expect(run.measures).toEqual(measures);
    const ending = new AbortController();
    const broken = evaluate(run, { probes: 'all', workers: 1, signal: ending.signal, onProgress: () => { ending.abort(); } });
    await expect(broken).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await openRun(run.folder)).measures).toEqual(measures);
  }, 120_000);

  it('sweeps settings, and hears of each run that is done', async () => {
    const { workers: _, ...tried } = SMALL;
    const trials = sweep({ ...tried, beta: [0.5, 2] }, { folder, name: 'betas', trialsAtOnce: 2 });
    const states: string[] = [];
    for await (const { state } of trials) states.push(state);
    const { trials: done, isInterrupted, folder: where } = await trials.done;
    expect([states, isInterrupted, where]).toEqual([['completed', 'completed'], false, join(folder, 'runs', 'betas')]);
    expect(done.map(({ values }) => values['objective.beta'])).toEqual([0.5, 2]);
    expect(trials.settingsOf(done[0]!)).toBe('beta 0.5');
    await expect(sweep({ beta: { low: 0.1, high: 1 } }, { folder }).done).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(openRun('betas', { folder })).rejects.toMatchObject({ code: 'RUN_MISSING' });
  }, 120_000);
});
