import type { ImageShape } from '@lethe/data';
import type { MeasuringProgress } from '@lethe/telemetry';
import { describe, expect, it } from 'vitest';
import type { MeasureCache } from './measure-cache.js';
import { expectRedrawn } from './measure-redrawn.js';
import type { MeasuredRun } from './measured-run.js';
import { MeasuringWork } from './measuring-work.js';

/** A run whose decoder is told one attribute; its cluster fails at the first judge. */
function runOf(shape: ImageShape): MeasuredRun {
  const forgotten = [{ name: 'hat', of: ['hat'], categories: ['no', 'yes'], isLabel: false }];
  const judge = (): Promise<never> => Promise.reject(new Error('no judge today'));
  return {
    description: { objective: { decode: () => undefined }, facts: { shape, forgotten, classes: ['a'] } },
    data: { test: { count: 1001 } }, cluster: { evaluations: { judge } }, rounds: 1,
  } as unknown as MeasuredRun;
}

describe('the redrawing of test examples', () => {
  const shown: MeasuringProgress[] = [];
  const measuring = {
    work: new MeasuringWork((progress) => shown.push(progress)), cache: { find: () => Promise.resolve(null) } as unknown as MeasureCache,
  };

  it.each([
    ['a signal', { height: 128, width: 1, channels: 3 }], ['a row', { height: 1, width: 1, channels: 9 }],
  ])('is not expected of %s', (_, shape) => {
    expect(expectRedrawn(runOf(shape), measuring)).toBeNull();
    expect(shown).toEqual([]);
  });

  it('is expected of images of any sides from the beginning, and begins when it is asked for', async () => {
    const begin = expectRedrawn(runOf({ height: 30, width: 30, channels: 1 }), measuring);
    expect(shown.at(-1)).toMatchObject({ what: 'redrawing every test image under every value of hat', done: 0, total: 3 });
    await expect(begin?.()).rejects.toThrow('no judge today');
    expect(shown.at(-1)).toMatchObject({ total: 4 });
  });
});
