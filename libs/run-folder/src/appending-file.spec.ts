import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFullDisk } from '@lethe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendingFile } from './appending-file.js';
import { MetricsLog } from './metrics-log.js';
import { TensorBoardWriter } from './tensorboard-writer.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-appending-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('a file that grows', () => {
  it('has everything in order after a disk that was full for a moment', async () => {
    const file = join(folder, 'metrics.jsonl');
    const metrics = await MetricsLog.open(file, 0);
    metrics.append({ kind: 'round', round: 1 });
    await metrics.flush();
    await onFullDisk(file, async () => {
      metrics.append({ kind: 'round', round: 2 });
      await expect(metrics.flush()).rejects.toThrow(/metrics.jsonl: the disk is full/);
      metrics.append({ kind: 'round', round: 3 });
      await expect(metrics.close()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    });
    metrics.append({ kind: 'round', round: 4 });
    await metrics.close();
    const rounds = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { round: number }).round);
    expect(rounds).toEqual([1, 2, 3, 4]);
  });

  it('keeps the records for TensorBoard too', async () => {
    const writer = await TensorBoardWriter.open(folder, 0);
    const [name = ''] = execFileSync('ls', [folder], { encoding: 'utf8' }).split('\n');
    const file = join(folder, name);
    const before = readFileSync(file).length;
    await onFullDisk(file, async () => {
      writer.scalars(1, { loss: 1 });
      await expect(writer.flush()).rejects.toThrow(/the disk is full/);
    });
    writer.scalars(2, { loss: 2 });
    await writer.close();
    expect(readFileSync(file).subarray(before).toString('latin1').match(/loss/g)).toHaveLength(2);
  });

  // A disk of its own that fills up within a write; only root may mount one.
  it.runIf(process.getuid?.() === 0 && mayMount())('cuts off what a full disk left of a write', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk]);
    try {
      const file = join(disk, 'lines');
      const filler = join(disk, 'filler');
      writeFileSync(filler, Buffer.alloc(8192));
      const appending = new AppendingFile(file);
      appending.append(Buffer.from('whole\n'));
      await appending.flush();
      appending.append(Buffer.alloc(9000, 'a'));
      await expect(appending.flush()).rejects.toThrow(/the disk is full/);
      expect(readFileSync(file).length).toBeGreaterThan(6); // a part was written
      rmSync(filler);
      appending.append(Buffer.from('\nlast\n'));
      await appending.flush();
      expect(readFileSync(file, 'utf8')).toBe(`whole\n${'a'.repeat(9000)}\nlast\n`);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

function mayMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'lethe-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
}
