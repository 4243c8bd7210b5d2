import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { mergeConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { describeRun } from '@lethe/graphs';
import type { Committed } from '@lethe/protocol';
import { RunFolder } from '@lethe/run-folder';
import { QuietReporter } from '@lethe/telemetry';
import { openLog, type OpenLog } from '@lethe/telemetry/log';
import { forgottenLabel, onFullDisk } from '@lethe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initialGroups } from '../run/initial-state.js';
import { withOpenRun } from '../run/prepare-run.js';
import { RunRecorder, type RunRecorderOptions } from './run-recorder.js';

const facts = {
  shape: { height: 8, width: 8, channels: 1 },
  classes: ['a', 'b'],
  trainCount: 8000,
  testCount: 10,
  heldOutCount: null,
  kept: [],
  forgotten: forgottenLabel(['a', 'b']),
  domains: [{ name: 'all', trainCount: 8000, labelledCount: 8000, testCount: 10, otherLabels: [] }],
  fingerprint: 'f00d',
};
const description = describeRun(mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []).config, facts);
const groups = initialGroups(description);

let runsFolder: string;
let said: string;
let run: RunRecorderOptions & { readonly log: OpenLog };
beforeEach(async () => {
  runsFolder = mkdtempSync(join(tmpdir(), 'lethe-recorder-'));
  said = '';
  const folder = await RunFolder.create({ runsFolder, name: 'a', configJson: '{}' });
  const output = new Writable({
    write(bytes: Buffer, _encoding, written) {
      said += bytes.toString();
      written();
    },
  });
  const reporter = new QuietReporter(output);
  run = {
    description,
    folder,
    reporter,
    log: openLog({ file: join(folder.logs, 'coordinator.jsonl'), level: 'info', position: {}, onWarning: () => undefined }),
    metrics: await folder.openMetrics(0),
    tensorBoard: await folder.openTensorBoard(0),
    onRecorded: () => undefined,
    start: { rounds: 0, steps: 0 },
  };
});
afterEach(() => { rmSync(runsFolder, { recursive: true, force: true }); });

/** A whole round in the weights. */
function commitRound(recorder: RunRecorder, round: number): void {
  for (const [phase, { losses }] of description.objective.phases.entries()) {
    const committed: Committed = {
      kind: 'committed',
      round,
      phase,
      innerStep: 0,
      group: '',
      version: round + 1,
      losses: losses.map(() => 0.5),
      work: { beganMs: 0, lastedMs: 0, sumMs: 0, updateMs: 0, waitMs: 0 },
      gradientNorm: 0,
    };
    recorder.committed(committed);
  }
}

const metricsFile = (): string => join(run.folder.folder, 'metrics.jsonl');
const eventFile = (): string => join(run.folder.folder, readdirSync(run.folder.folder).find((name) => name.startsWith('events.')) ?? '');

describe('the record of a run', () => {
  it('survives a disk that is full for a moment, and has every line afterwards', async () => {
    const recorder = new RunRecorder(run);
    commitRound(recorder, 0);
    await onFullDisk(metricsFile(), async () => {
      await recorder.epoch({ epoch: 1, rounds: 1, figures: { reconstruction_mse: 0.25 }, grid: null });
      await expect(recorder.checkpoint({ rounds: 1, steps: 0, groups }, false)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    });
    expect(said).toMatch(/warning: Cannot write .*metrics.jsonl: the disk is full.* The run goes on/);
    await recorder.checkpoint({ rounds: 1, steps: 0, groups }, false);
    expect(
      readFileSync(metricsFile(), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
    ).toEqual(['round', 'epoch']);
    expect(readdirSync(run.folder.checkpoints)).toEqual(['round-000001.safetensors']);
  });

  it('has on the disk for TensorBoard what was played before a checkpoint', async () => {
    const recorder = new RunRecorder(run);
    commitRound(recorder, 0);
    await recorder.checkpoint({ rounds: 1, steps: 0, groups }, false);
    expect(readFileSync(eventFile(), 'latin1')).toContain('train/classifier_loss');
  });
});

describe('an open run', () => {
  const lock = (): string => join(run.folder.folder, 'lock');

  it('is let go when its metrics cannot be written, and tells of what went wrong before that', async () => {
    run.metrics.append({ kind: 'round', round: 1 });
    await onFullDisk(metricsFile(), async () => {
      const why = new LetheError('PROCESS_DIED', 'what went wrong');
      await expect(withOpenRun(run, () => Promise.reject(why))).rejects.toBe(why);
    });
    expect(said).toMatch(/warning: Cannot write .*metrics.jsonl/);
    expect(existsSync(lock())).toBe(false);
  });

  it('is let go, and fails, when all went well but its metrics cannot be written', async () => {
    run.metrics.append({ kind: 'round', round: 1 });
    await onFullDisk(metricsFile(), () =>
      expect(withOpenRun(run, () => Promise.resolve(0))).rejects.toMatchObject({ code: 'STORAGE_FAILED' }),
    );
    expect(existsSync(lock())).toBe(false);
  });
});
