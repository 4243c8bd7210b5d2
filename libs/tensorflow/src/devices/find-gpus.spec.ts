import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DIVIDED_AND_WHOLE, standInNvidiaSmi } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findGpus, parseGpuList } from './find-gpus.js';

const WHOLE = 'GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77';
const DIVIDED = 'GPU-e86cb44c-6756-fd30-cd4a-1e6da3caf9b0';
const LARGE_PART = 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f';
const SMALL_PART = 'MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-gpus-'));
  path = standInNvidiaSmi(folder, DIVIDED_AND_WHOLE, process.env['PATH'] ?? '');
});
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Ids of the GPUs that a process with these variables may use, on a machine with a divided card and a whole one. */
async function ids(variables: Readonly<Record<string, string>>): Promise<string[]> {
  return (await findGpus({ PATH: path, ...variables }, true)).gpus.map(({ id }) => id);
}

describe('findGpus', () => {
  it('finds what the driver lists, the parts of a divided card instead of the card', async () => {
    expect((await findGpus({ PATH: path }, true)).gpus).toEqual([
      { id: LARGE_PART, index: 0, card: DIVIDED, model: 'NVIDIA A100-SXM4-40GB MIG 3g.20gb' },
      { id: SMALL_PART, index: 0, card: DIVIDED, model: 'NVIDIA A100-SXM4-40GB MIG 1g.5gb' },
      { id: WHOLE, index: 1, card: WHOLE, model: 'NVIDIA A100-SXM4-40GB' },
    ]);
  });

  it.each<[string, string[]]>([
    ['1', [WHOLE]],
    ['1,0', [WHOLE, LARGE_PART, SMALL_PART]],
    [WHOLE, [WHOLE]],
    ['GPU-5d5', [WHOLE]],
    [SMALL_PART, [SMALL_PART]],
    ['MIG-cb, GPU-5d5ba0d6', [SMALL_PART, WHOLE]],
    ['', []],
    ['-1', []],
    ['NoDevFiles', []],
    ['1,-1,0', [WHOLE]],
  ])('takes what CUDA_VISIBLE_DEVICES=%j leaves, in that order', async (list, expected) => {
    expect(await ids({ CUDA_VISIBLE_DEVICES: list })).toEqual(expected);
  });

  it.each([
    ['2', `CUDA_VISIBLE_DEVICES: expected GPUs of this machine: 0 (NVIDIA A100-SXM4-40GB MIG 3g.20gb, ${LARGE_PART}), 0`],
    ['2', 'found "2"'],
    ['MIG-c', 'found "MIG-c", which is the beginning of 2 of them'],
    ['GPU-', 'found "GPU-"'],
    ['first', 'found "first"'],
    ['1,GPU-5d5', `expected each GPU once, found ${WHOLE} twice in "1,GPU-5d5"`],
  ])('refuses CUDA_VISIBLE_DEVICES=%j, which this machine does not have', async (list, message) => {
    const error = { code: 'DEVICE_PLAN_INVALID', message: expect.stringContaining(message) as string };
    await expect(ids({ CUDA_VISIBLE_DEVICES: list })).rejects.toThrow(expect.objectContaining(error) as Error);
  });

  it('takes the ids of a container, but not its numbers, which are those of the host', async () => {
    expect(await ids({ NVIDIA_VISIBLE_DEVICES: WHOLE })).toEqual([WHOLE]);
    expect(await ids({ NVIDIA_VISIBLE_DEVICES: `${SMALL_PART},${WHOLE}`, CUDA_VISIBLE_DEVICES: '0' })).toEqual([SMALL_PART]);
    for (const list of ['all', 'void', '1', '']) expect(await ids({ NVIDIA_VISIBLE_DEVICES: list })).toHaveLength(3);
  });

  it('says which ones TensorFlow cannot use as it is set up', async () => {
    const whyNone = 'NVIDIA A100-SXM4-40GB: not used, TensorFlow is not set up with CUDA';
    expect(await findGpus({ PATH: path, CUDA_VISIBLE_DEVICES: '1' }, false)).toEqual({ gpus: [], whyNone });
    expect(await findGpus({ PATH: path, CUDA_VISIBLE_DEVICES: '' }, false)).toEqual({ gpus: [], whyNone: null });
  });

  it('finds none without the driver\'s tool, and says why if the tool fails', async () => {
    expect(await findGpus({ PATH: join(folder, 'empty'), CUDA_VISIBLE_DEVICES: '0' }, true)).toEqual({ gpus: [], whyNone: null });
    const broken = mkdtempSync(join(folder, 'broken-'));
    const problem = 'NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure that it is installed.';
    writeFileSync(join(broken, 'nvidia-smi'), `#!/bin/sh\necho "${problem}"\nexit 9\n`, { mode: 0o755 });
    expect((await findGpus({ PATH: broken }, true)).whyNone).toBe(`nvidia-smi -L failed: ${problem}`);
  });

  it('reads the ids of parts as older drivers print them', () => {
    const card = 'GPU-b8ea3855-276c-c9cb-b366-c6fa655957c5';
    const output = `GPU 0: A100-SXM4-40GB (UUID: ${card})\n  MIG 1g.5gb Device 0: (UUID: MIG-${card}/7/0)\n`;
    expect(parseGpuList(output)).toEqual([{ id: `MIG-${card}/7/0`, index: 0, card, model: 'A100-SXM4-40GB MIG 1g.5gb' }]);
  });
});
