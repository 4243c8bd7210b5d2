import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@lethe/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunLock } from './run-lock.js';

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-lock-'));
  lock = join(folder, 'lock');
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const GONE = { host: hostname(), processId: 2 ** 22 + 1 };
const ELSEWHERE = { host: 'elsewhere', processId: 7 };

describe.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'])('on a file system without hard links (%s)', (code) => {
  const options = { onBroken: null, makeLink: (): Promise<void> => Promise.reject(Object.assign(new Error(code), { code })) };

  it('goes to one of many', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => RunLock.acquire(lock, folder, options)));
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [errorCode(outcome.reason)] : []));
    expect(refusals).toEqual(Array.from({ length: 19 }, () => 'RUN_LOCKED'));
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('is taken over from the dead and let go', async () => {
    writeFileSync(lock, JSON.stringify(GONE));
    const taken = await RunLock.acquire(lock, folder, options);
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ processId: process.pid });
    await expect(RunLock.acquire(lock, folder, options)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await taken.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a lock that is to be broken', () => {
  it('of another host is, with a word', async () => {
    writeFileSync(lock, JSON.stringify(ELSEWHERE));
    await expect(RunLock.acquire(lock, folder)).rejects.toThrow(
      /in use by process 7 on elsewhere, which cannot be seen from here: if it is gone, --break-lock takes its lock over/,
    );
    const warnings: string[] = [];
    const taken = await RunLock.acquire(lock, folder, { onBroken: (warning) => { warnings.push(warning); } });
    expect(warnings).toEqual([
      `the lock of process 7 on elsewhere is broken: if that process lives after all, both write into ${folder} and spoil it`,
    ]);
    await taken.release();
  });

  it('of a process that is running here is not', async () => {
    const taken = await RunLock.acquire(lock, folder);
    const warnings: string[] = [];
    await expect(
      RunLock.acquire(lock, folder, { onBroken: (warning) => { warnings.push(warning); } }),
    ).rejects.toThrow(/which is running$/);
    expect(warnings).toEqual([]);
    await taken.release();
  });
});
