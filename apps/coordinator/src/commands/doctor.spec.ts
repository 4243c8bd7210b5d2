import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usableCores } from '@lethe/config';
import { isSetUpWithCuda } from '@lethe/tensorflow-setup';
import { standInNvidiaSmi } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';

const lethe = fileURLToPath(new URL('../../../../node_modules/.bin/lethe', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lethe-doctor-'));

/** Runs the real doctor beside a driver's tool that lists these cards. */
function doctor(
  gpus: readonly string[],
  flags: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ code: unknown; lines: Record<string, string> }> {
  const path = standInNvidiaSmi(
    folder,
    gpus.map((model, index) => ({ model, uuid: `GPU-${index}` })),
    process.env['PATH'] ?? '',
  );
  const env = { ...process.env, PATH: path, ...variables };
  return new Promise((resolve) => {
    execFile(lethe, ['doctor', ...flags], { cwd: folder, env }, (error, output) => {
      const lines = output.trimEnd().split('\n').map((line) => [line.slice(0, 8).trimEnd(), line.slice(9)]);
      resolve({ code: error?.code ?? 0, lines: Object.fromEntries(lines) as Record<string, string> });
    });
  });
}

afterAll(() => rmSync(folder, { recursive: true }));

describe('lethe doctor', { timeout: 60_000 }, () => {
  it('says what was found and that a step runs', async () => {
    const { code, lines } = await doctor([], ['--workers', '2', '--threads', '3']);
    expect(code).toBe(0);
    expect(lines).toMatchObject({
      node: process.version,
      gpus: 'none found',
      engine: expect.stringMatching(/^native \d+\.\d+\.\d+ on the cpu$/) as unknown,
      cache: expect.stringContaining('tensorflow-') as unknown,
      threads: expect.stringMatching(/^3 inside an operation, \d+ operations at a time for each worker$/) as unknown,
      workers: 'worker-1 on the cpu, worker-2 on the cpu',
      data: 'MNIST, 60000 training and 10000 test images',
      'a step': 'runs',
    });
  });

  // Whether TensorFlow is set up with CUDA is a fact of the machine; doctor tells the truth about either.
  const hasCuda = isSetUpWithCuda();

  it.each([
    [[], 2],
    [['--oversubscribe'], 0],
  ] as const)('places more workers than the cores are meant for only when asked: %j', async (flags, expected) => {
    const { code, lines } = await doctor([], ['--workers', String(4 * usableCores() + 1), ...flags]);
    expect(code).toBe(expected);
    expect(lines).toMatchObject({
      workers: expect.stringMatching(expected === 0 ? /^worker-1 on the cpu, worker-2/ : /\(--oversubscribe allows more\)/) as unknown,
      'a step': 'runs',
    });
  });

  it.runIf(hasCuda)('places one worker on each GPU', async () => {
    const { lines } = await doctor(['Card A', 'Card B'], []);
    expect(lines).toMatchObject({ gpus: 'gpu 0: Card A, gpu 1: Card B', workers: 'worker-1 on gpu 0, worker-2 on gpu 1' });
  });

  it.runIf(hasCuda)('tells why workers cannot be placed, and all the rest', async () => {
    const { code, lines } = await doctor(['Card A'], ['--workers', '2']);
    expect(code).toBe(2);
    expect(lines).toMatchObject({
      workers: expect.stringContaining('2 workers do not fit on 1 GPU (Card A)') as unknown,
      'a step': 'runs',
    });
  });

  it.runIf(hasCuda)('lets workers share a GPU when asked', async () => {
    const { lines } = await doctor(['Card A'], ['--workers', '2', '--share-gpus']);
    expect(lines['workers']).toBe('worker-1 on gpu 0, worker-2 on gpu 0');
  });

  it.runIf(!hasCuda)('says which of the visible GPUs TensorFlow cannot use as it is set up, and puts the workers elsewhere', async () => {
    const { code, lines } = await doctor(['Card A', 'Card B', 'Card C'], ['--workers', '3'], { CUDA_VISIBLE_DEVICES: '1,0' });
    expect(code).toBe(0);
    expect(lines).toMatchObject({
      gpus: 'Card B, Card A: not used, TensorFlow is not set up with CUDA',
      workers: 'worker-1 on the cpu, worker-2 on the cpu, worker-3 on the cpu',
      'a step': 'runs',
    });
  });
});
