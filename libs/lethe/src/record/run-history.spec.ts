import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { MetricsLine } from '@lethe/run-folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunHistory } from './run-history.js';

let folder: string;
let file: string;
let history: RunHistory;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-history-'));
  file = join(folder, 'metrics.jsonl');
  history = new RunHistory();
  // Three rounds were played by another process.
  writeFileSync(file, [1, 2, 3].map((round) => `${JSON.stringify(lineOf(round))}\n`).join(''));
  history.open({ file, earlier: 3 });
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

function lineOf(round: number): MetricsLine {
  return { kind: 'round', round, loss: 1 / round };
}

/** Plays rounds, which are in the file a few rounds later. */
function play(from: number, to: number): void {
  for (let round = from; round <= to; round += 1) {
    history.push(lineOf(round));
    if (round - 20 >= from) appendFileSync(file, `${JSON.stringify(lineOf(round - 20))}\n`);
  }
  for (let round = Math.max(from, to - 19); round <= to; round += 1) appendFileSync(file, `${JSON.stringify(lineOf(round))}\n`);
}

async function follow(most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const seen: number[] = [];
  for await (const line of history.lines()) {
    expect(line['loss']).toBe(1 / line.round);
    seen.push(line.round);
    if (seen.length === most) break;
  }
  return seen;
}

const rounds = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the lines of a run', () => {
  it('come to every follower from the first of this process, however many there are', async () => {
    const early = follow();
    play(4, 1000);
    history.end();
    expect([await early, await follow()]).toEqual([rounds(4, 1000), rounds(4, 1000)]);
  });

  it('wait for whoever is slow, in the file, while others go on', async () => {
    const lines = history.lines();
    play(4, 10);
    expect((await lines.next()).value).toMatchObject({ round: 4 });
    play(11, 2000);
    const seen: number[] = [];
    history.end();
    for await (const { round } of lines) {
      seen.push(round);
      if (round % 400 === 0) await setImmediate();
    }
    expect(seen).toEqual(rounds(5, 2000));
  });

  it('go on when somebody stops following', async () => {
    play(4, 8);
    expect(await follow(2)).toEqual([4, 5]);
    play(9, 12);
    history.end();
    expect(await follow()).toEqual(rounds(4, 12));
  });

  it('end with what ended the run, after all lines of before', async () => {
    play(4, 5);
    history.end(new Error('the disk is gone'));
    const lines = history.lines();
    expect([(await lines.next()).value, (await lines.next()).value]).toMatchObject([{ round: 4 }, { round: 5 }]);
    await expect(lines.next()).rejects.toThrow('the disk is gone');
  });

  it('that a full disk never took are passed over once the run has ended', async () => {
    for (const round of rounds(4, 300)) history.push(lineOf(round));
    history.end();
    expect(await follow()).toEqual(rounds(45, 300));
  });
});
