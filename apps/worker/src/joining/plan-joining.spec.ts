import { hostname } from 'node:os';
import { compileJoinOptions, type JoinFlags } from '@lethe/config';
import type { Gpu } from '@lethe/tensorflow';
import { describe, expect, it } from 'vitest';
import { namesOf, planJoining, type JoiningWorker } from './plan-joining.js';

const gpus = [0, 1, 2].map((index): Gpu => ({ id: `GPU-${index}f`, index, card: `GPU-${index}f`, model: 'NVIDIA A' }));
const CORES = 8;

function plan(flags: JoinFlags, found: readonly Gpu[] = gpus, whyNone: string | null = null): readonly JoiningWorker[] {
  const options = compileJoinOptions({ 'join': 'tcp://192.0.2.7:5555', 'insecure-plaintext': true, ...flags });
  return planJoining({ ...options, logFolder: '/logs' }, { gpus: found, whyNone }, CORES);
}

describe('the workers that a machine offers', () => {
  it('are one for each GPU that may be used, and share the cores', () => {
    expect(plan({ threads: '2' })).toEqual(gpus.map((gpu) => ({
      address: 'tcp://192.0.2.7:5555', key: null, token: null, insecurePlaintext: true, engine: 'native', threads: 2,
      joinTimeoutSeconds: 60, allowCode: false, interOpThreads: 2, gpu, logLevel: 'info',
      logFile: `/logs/${hostname()}-worker-${gpu.index + 1}.jsonl`,
    })));
    expect(namesOf(plan({}))).toEqual(['worker 1 on gpu 0', 'worker 2 on gpu 1', 'worker 3 on gpu 2']);
  });

  it('are one on all cores without GPUs', () => {
    const plans = [plan({}, []), plan({ gpu: 'none' }), plan({ engine: 'wasm' }), plan({}, [], 'NVIDIA A: not used')];
    for (const workers of plans) expect(workers).toMatchObject([{ gpu: null, interOpThreads: CORES }]);
  });

  it('are as many as are asked for, on the GPUs that are asked for', () => {
    expect(plan({ workers: '2' }).map(({ gpu }) => gpu?.index)).toEqual([0, 1]);
    expect(plan({ gpu: 'GPU-2,0' }).map(({ gpu }) => gpu?.index)).toEqual([2, 0]);
    expect(plan({ workers: '4', gpu: '1', 'share-gpus': true }).map(({ gpu }) => gpu?.index)).toEqual([1, 1, 1, 1]);
    expect(plan({ workers: '4' }, [])).toMatchObject(Array.from({ length: 4 }, () => ({ gpu: null, interOpThreads: 2 })));
  });

  it.each<[JoinFlags, string]>([
    [{ workers: '4' }, '4 workers do not fit on 3 GPUs'],
    [{ workers: '2', gpu: '1' }, '2 workers do not fit on 1 GPU (NVIDIA A)'],
    [{ gpu: '3' }, '--gpu: expected GPUs of this machine: 0 (NVIDIA A, GPU-0f), 1 (NVIDIA A, GPU-1f), 2 (NVIDIA A, GPU-2f), found "3"'],
  ])('are refused for %j', (flags, message) => {
    const error = { code: 'DEVICE_PLAN_INVALID', message: expect.stringContaining(message) as string };
    expect(() => plan(flags)).toThrow(expect.objectContaining(error) as Error);
  });

  it('are no more than the cores can do with, unless that is asked for', () => {
    const bound = 'expected at most 32 workers here, 4 for each of 8 cores (--oversubscribe allows more)';
    expect(() => plan({ workers: '33' }, [])).toThrow(`--workers: ${bound}, found 33`);
    expect(plan({ workers: '33', oversubscribe: true }, [])).toHaveLength(33);
  });

  it('are refused where a GPU is asked for that cannot be computed on', () => {
    const whyNone = 'NVIDIA A: not used, TensorFlow is not set up with CUDA';
    expect(() => plan({ gpu: '0' }, [], whyNone)).toThrow('--gpu: expected a GPU that can be computed on, found none (NVIDIA A: not used');
    expect(() => plan({ gpu: '0' }, [])).toThrow('--gpu: expected GPUs of this machine: there are none, found "0"');
  });
});
