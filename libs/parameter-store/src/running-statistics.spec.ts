import { expect, it } from 'vitest';
import { advanceRunningStatistics } from './running-statistics.js';

it('moves mean and unbiased variance by the momentum, into a new vector', () => {
  const segments = [
    { name: 'a', network: 'n', channels: 1, offset: 0, samples: 5, momentum: 0.1 },
    { name: 'b', network: 'n', channels: 2, offset: 2, samples: 2, momentum: 0.5 },
  ];
  const running = Float32Array.of(1, 2, 0, 10, 1, 3);
  const advanced = advanceRunningStatistics(running, Float32Array.of(3, 4, 1, 20, 2, 1), segments);
  const expected = [0.9 * 1 + 0.1 * 3, 0.9 * 2 + 0.1 * 4 * (5 / 4), 0.5, 15, 0.5 + 0.5 * 2 * 2, 1.5 + 0.5 * 1 * 2];
  for (const [index, value] of expected.entries()) expect(advanced[index]).toBeCloseTo(value, 5);
  expect(running).toEqual(Float32Array.of(1, 2, 0, 10, 1, 3));
  const fresh = [{ statistics: [{ offset: 2, values: Float32Array.of(0, 0, 1, 1) }] }];
  const begun = advanceRunningStatistics(running, Float32Array.of(3, 4, 1, 20, 2, 1), segments, fresh);
  expect(begun).toEqual(Float32Array.of(...advanced.subarray(0, 2), 0, 0, 1, 1));
});
