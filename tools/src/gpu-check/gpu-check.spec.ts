import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTALLATION } from '@lethe/programs';
import type { Gpu } from '@lethe/tensorflow';
import { isSetUpWithCuda } from '@lethe/tensorflow-setup';
import { DIVIDED_AND_WHOLE, standInNvidiaSmi } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CardWatch } from './card-watch.js';
import { chooseDevices } from './choose-devices.js';
import { findingOf } from './golden-rounds.js';
import { reportText } from './report.js';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-gpu-check-spec-'));
  path = standInNvidiaSmi(folder, DIVIDED_AND_WHOLE, process.env['PATH'] ?? '');
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Runs the real check beside a driver's tool that lists two cards, and without the variables of Vitest. */
function gpuCheck(...flags: string[]): Promise<{ code: number | null; output: string }> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(INIT_CWD|NX_|npm_|VITEST|NODE_OPTIONS|NODE_ENV|TEST$|CUDA_)/.test(name));
  const child = spawn(process.execPath, [join(INSTALLATION, 'tools/dist/gpu-check.js'), ...flags], {
    cwd: folder,
    env: { ...Object.fromEntries(kept), PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { output += text.toString(); });
  return new Promise((resolve) => { child.once('close', (code) => { resolve({ code, output }); }); });
}

describe('the check of GPUs', () => {
  const gpus = (...models: string[]): Gpu[] => models.map((model, index) => ({ id: `GPU-${index}`, index, card: `GPU-${index}`, model }));

  it('takes the most cards of one kind', () => {
    expect(chooseDevices('gpu', { gpus: gpus('A', 'B', 'A', 'B', 'A'), whyNone: null })).toMatchObject({
      kind: 'gpu',
      cards: [{ index: 0 }, { index: 2 }, { index: 4 }],
    });
    expect(chooseDevices('cpu', { gpus: gpus('A'), whyNone: null })).toEqual({ kind: 'cpu' });
  });

  it('refuses where nothing can be checked', () => {
    const refused = expect.objectContaining({
      code: 'DEVICE_MISSING',
      message:
        'gpu-check: expected a GPU that TensorFlow can compute on, found none (A: not used); ' +
        '--device cpu tries the check itself on the processors',
    }) as Error;
    expect(() => chooseDevices('gpu', { gpus: [], whyNone: 'A: not used' })).toThrow(refused);
  });

  it('says which golden tests failed, and when none ran', () => {
    const test = { status: 'passed', fullName: 'on 1 shard has the golden losses', failureMessages: [] };
    const failed = {
      status: 'failed',
      fullName: 'on 4 shards has the golden losses',
      failureMessages: ['AssertionError: round 2, loss 0:\n  expected 0.1 to be less than 0.000005'],
    };
    expect(findingOf({ testResults: [{ message: '', assertionResults: [test, { ...test, status: 'skipped' }] }] })).toEqual({
      part: 'golden',
      passed: true,
      lines: ['1 of 1 golden tests agree with PyTorch'],
    });
    expect(findingOf({ testResults: [{ message: '', assertionResults: [test, failed] }] })).toEqual({
      part: 'golden',
      passed: false,
      lines: [
        '1 of 2 golden tests agree with PyTorch',
        'on 4 shards has the golden losses: AssertionError: round 2, loss 0: expected 0.1 to be less than 0.000005',
      ],
    });
    expect(findingOf({ testResults: [{ message: 'expected "cpu" to be "gpu"', assertionResults: [] }] })).toMatchObject({
      passed: false,
      lines: ['0 of 0 golden tests agree with PyTorch', 'expected "cpu" to be "gpu"'],
    });
  });

  it('leaves a report of the cards, their memory and what failed', async () => {
    const cards = await new CardWatch({ PATH: path }).end();
    const text = reportText({
      device: 'gpu',
      rounds: 80,
      cards,
      findings: [
        { part: 'golden', passed: true, lines: ['12 of 12'] },
        { part: 'bits', passed: false, lines: ['aa one', 'bb two'] },
      ],
    });
    expect(text).toContain(
      'cards     gpu 0: NVIDIA A100-SXM4-40GB, compute capability 8.0, driver 550.54.15, 40960 MiB\n          gpu 1: ',
    );
    expect(text).toContain(
      'golden    passed\n          12 of 12\nbits      FAILED\n          aa one\n          bb two\n' +
        'memory    gpu 0: at most 1024 of 40960 MiB used, by all of its users\n',
    );
    expect(text).toMatch(/result {4}FAILED: bits\n$/);
    expect(text).not.toContain('GPU-');
  });

  // Whether TensorFlow is set up with CUDA is a fact of the machine.
  const hasCuda = isSetUpWithCuda();

  it.runIf(!hasCuda)(
    'starts nothing where TensorFlow cannot use the GPUs, and says why',
    async () => {
      const { code, output } = await gpuCheck();
      expect(output).toMatch(/^error: gpu-check: expected a GPU that TensorFlow can compute on, found none \(NVIDIA A100.+: not used, /);
      expect(output).toContain(': not used, TensorFlow is not set up with CUDA); --device cpu');
      expect(code).toBe(2);
    },
    60_000,
  );

  it('refuses a report that cannot be written, before it starts', async () => {
    const { code, output } = await gpuCheck('--device', 'cpu', '--out', 'absent/report.txt');
    expect([code, output]).toEqual([2, expect.stringContaining('error: --out: expected a file that can be written, found ') as unknown]);
  }, 60_000);

  // The golden rounds themselves are tested by their own spec.
  it('fails where no golden test ran', async () => {
    const { code, output } = await gpuCheck('--device', 'cpu', '--only', 'golden', '--golden-tests', 'no such test');
    expect(output).toContain('golden    FAILED\n          0 of 0 golden tests agree with PyTorch\n');
    expect(code).toBe(1);
  }, 60_000);

  it('is itself tried on the processors', async () => {
    const bits = await gpuCheck('--device', 'cpu', '--only', 'bits', '--rounds', '2', '--out', 'report.txt');
    expect(bits.code, bits.output).toBe(0);
    expect(bits.output).toMatch(
      /bits {6}passed\n {10}(\w{64}) 1 worker on the processors, 4 shards\n {10}\1 2 workers on the processors, 4 shards\n/,
    );
    expect(bits.output).toMatch(
      /2 workers on the processors, 4 shards: too few rounds to be timed; memory of a worker \d+ MB, of the server \d+ MB\n/,
    );
    expect(bits.output).toContain(readFileSync(join(folder, 'report.txt'), 'utf8'));
  }, 120_000);
});
