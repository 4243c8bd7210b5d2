import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALLATION } from '@lethe/programs';
import { makeSmallData } from '@lethe/testing';
import { CONDITIONS, describeCondition, parseCondition } from './condition.js';
import { addMeasurement, readMeasurements, timesMeasured, type Measurement } from './measurements.js';
import { checkNetwork } from './network-check.js';
import { compilePrograms, type NativePrograms } from './native-programs.js';
import { Network } from './network.js';
import { whyNoNetworks } from './requirements.js';
import { measurementTable } from './table.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'lethe-networks-spec-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const STEP = { inputMs: 1, computeMs: 20, sendMs: 1, waitMs: 30, wireMs: 25, sumMs: 1, updateMs: 2 };
const MEASURED: Measurement = {
  condition: { roundTripMs: 10, megabits: 100, lossPercent: 0.1 },
  time: '2026-01-01T00:00:00.000Z', load: 0.5, rounds: 30, congestion: 'cubic', connections: 1,
  network: { pingMs: { least: 10.12, mean: 10.2 }, copyMegabits: { down: 94, up: 93 }, lostPercent: 0.11 },
  lethe: { roundMs: 900, weights: 'f00d', step: STEP, sentAgain: 0, retransmitted: 12 },
  local: { roundMs: 90, weights: 'f00d', step: STEP },
  gloo: { roundMs: 600, retransmitted: 7 },
};

describe('conditions of a network', () => {
  it('are written in a few words, and read', () => {
    expect(CONDITIONS.map(describeCondition)).toContain('10 ms, 1 Gbit/s, 0.1 % lost');
    expect(describeCondition(parseCondition('50,100,0'))).toBe('50 ms, 100 Mbit/s');
    for (const text of ['50,100', '-1,100,0', '50,0,0', '50,100,100', 'fast']) {
      expect(() => parseCondition(text)).toThrow(`expected ROUND_TRIP_MS,MEGABITS,LOSS_PERCENT such as 10,1000,0.1, found ${text}`);
    }
  });
});

describe('measurements of networks', () => {
  it('are kept, so that what is there is not measured again', () => {
    const file = join(folder, 'measured.jsonl');
    expect(readMeasurements(file)).toEqual([]);
    addMeasurement(file, MEASURED);
    addMeasurement(file, { ...MEASURED, congestion: 'bbr' });
    const times = (rounds: number, congestion: string | null, connections = 1, lossPercent = 0.1): number => (
      timesMeasured(readMeasurements(file), { ...MEASURED.condition, lossPercent }, { rounds, connections, congestion })
    );
    expect([times(30, null), times(30, 'bbr'), times(29, null), times(30, null, 4), times(30, null, 1, 0)]).toEqual([2, 1, 0, 0, 0]);
  });

  it('have a row for each condition, with ranges', () => {
    const other = { ...MEASURED, lethe: { ...MEASURED.lethe, roundMs: 990 }, gloo: null };
    const different = { ...MEASURED, congestion: 'bbr', local: { ...MEASURED.local, weights: 'beef' } };
    const [headings, , first, second] = measurementTable([MEASURED, different, other]).split('\n');
    expect(headings).toContain('| asked for | round trip found, ms |');
    expect(first).toBe(
      '| 10 ms, 100 Mbit/s, 0.1 % lost, cubic | 10.12 | 94 and 93 | 0.11 % | 900 to 990 | 90 | 10.0 to 11.0 | 25 | yes | 0, 12 | 600 | 7 |',
    );
    expect(second).toMatch(/^\| 10 ms, 100 Mbit\/s, 0.1 % lost, bbr .* \| NO \|/);
  });
});

const reason = whyNoNetworks();
it.runIf(process.env['LETHE_TEST_HOSTS'] === 'required')('has network namespaces to be tested with', () => { expect(reason).toBeNull(); });

describe.skipIf(reason !== null)(`networks${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let programs: NativePrograms;
  beforeAll(async () => { programs = await compilePrograms(folder); }, 60_000);

  it('are as they were asked for, which is found out, and leave nothing behind', async () => {
    const condition = { roundTripMs: 8, megabits: 40, lossPercent: 2 };
    const network = await Network.open(condition, programs, null);
    try {
      const found = await checkNetwork(network, condition, programs, { copySeconds: 0.3, pings: 500 });
      expect(found.pingMs.mean).toBeGreaterThanOrEqual(8);
      expect(found.copyMegabits.up).toBeGreaterThan(0);
      expect(found.copyMegabits.down).toBeLessThan(42);
      await expect(checkNetwork(network, { ...condition, lossPercent: 20 }, programs, { copySeconds: 0.1, pings: 500 }))
        .rejects.toThrow(/the network is not as it was asked for \(8 ms, 40 Mbit\/s, 20 % lost\): \d+ of \d+ packets are lost/);
    } finally {
      network.close();
    }
    expect(readdirSync('/run/netns').filter((name) => name.startsWith(`lethe-net-${process.pid}-`))).toEqual([]);
  }, 60_000);

  it('refuse a congestion control that this kernel does not allow', async () => {
    await expect(Network.open({ roundTripMs: 1, megabits: 100, lossPercent: 0 }, programs, 'none'))
      .rejects.toThrow(/--congestion: expected one of net.ipv4.tcp_allowed_congestion_control \(.*reno.*\), found none/);
  });

  it('carry a run with the weights of one machine, by the documented command', async () => {
    makeSmallData(join(folder, 'data'), { side: 16 });
    const out = join(folder, 'networks.jsonl');
    const small = ['--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0'].map((flag) => `--flag=${flag}`);
    const command = ['tools/dist/networks.js', '--condition', '20,200,0', '--connections', '3', '--rounds', '2', '--repeats', '1'];
    const measure = async (): Promise<string> => (
      (await run(process.execPath, [...command, '--copy-seconds', '0.3', '--out', out, ...small], { cwd: INSTALLATION })).stdout
    );
    const table = await measure();
    expect(table).toMatch(/\| 20 ms, 200 Mbit\/s, \w+, 3 connections \| 20\.\d+ \| .* \| yes \| \d+, \d+ \|/);
    const [measured] = readMeasurements(out);
    expect(measured?.lethe.step.wireMs).toBeGreaterThan(20);
    const lines = readFileSync(out, 'utf8');
    expect([await measure(), readFileSync(out, 'utf8')]).toEqual([table, lines]);
  }, 120_000);
});
