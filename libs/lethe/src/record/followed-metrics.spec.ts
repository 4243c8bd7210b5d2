import { appendFileSync, mkdtempSync, openSync, closeSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FollowedMetrics } from './followed-metrics.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-metrics-'));
  file = join(folder, 'metrics.jsonl');
});
afterEach(() => { rmSync(folder, { recursive: true }); });

const line = (kind: 'round' | 'epoch', round: number): string => `${JSON.stringify({ kind, round })}\n`;
const seen = async (metrics: FollowedMetrics): Promise<number[]> =>
  [await metrics.rounds(), ...(await metrics.epochs()).map(({ round }) => round)];

describe('metrics that are followed', () => {
  it('are read on from where the last look ended, whole lines alone', async () => {
    const metrics = new FollowedMetrics(folder);
    expect(await seen(metrics)).toEqual([0]);
    appendFileSync(file, line('round', 1) + line('epoch', 1));
    expect(await seen(metrics)).toEqual([1, 1]);
    // In the place of what was read before is something else now: it is not looked at again.
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, 'x'.repeat(line('round', 1).length - 1), 0);
    closeSync(descriptor);
    appendFileSync(file, line('round', 2) + line('epoch', 2).slice(0, 9));
    expect(await seen(metrics)).toEqual([2, 1]);
    appendFileSync(file, line('epoch', 2).slice(9) + line('round', 3));
    expect(await Promise.all([metrics.rounds(), metrics.rounds()])).toEqual([3, 3]);
    expect(await seen(metrics)).toEqual([3, 1, 2]);
  });

  it('are read from their beginning where they were written anew, or cut', async () => {
    const metrics = new FollowedMetrics(folder);
    appendFileSync(file, [1, 2, 3].map((round) => line('round', round) + line('epoch', round)).join(''));
    expect(await seen(metrics)).toEqual([3, 1, 2, 3]);
    // As long as before.
    writeFileSync(`${file}.new`, [1, 2, 4].map((round) => line('round', round) + line('epoch', round)).join(''));
    renameSync(`${file}.new`, file);
    expect(await seen(metrics)).toEqual([4, 1, 2, 4]);
    writeFileSync(file, line('epoch', 1));
    expect(await seen(metrics)).toEqual([1, 1]);
    rmSync(file);
    expect(await seen(metrics)).toEqual([0]);
  });
});
