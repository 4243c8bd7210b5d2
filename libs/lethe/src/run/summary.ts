import { relative } from 'node:path';
import { weightsHash } from '@lethe/checkpoint';
import type { PreparedRun } from './prepare-run.js';
import { rounded } from '../record/metrics.js';
import type { RunRecorder } from '../record/run-recorder.js';
import type { RunEnding, RunOutcome } from './training-run.js';

/** What `summary.json` holds. */
export interface RunSummary {
  readonly ending: RunEnding;
  readonly rounds: number;
  readonly images_per_second: number;
  /** From one round's commit to the next, warm-up left out. */
  readonly median_round_ms: number;
  readonly training_seconds: number;
  readonly wall_seconds: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly held_out: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
  readonly test_examples: number;
  /** SHA-256 of all weights and running statistics. */
  readonly weights_sha256: string;
  /** Fingerprints of what computed them, in order: one, unless the run went on elsewhere. */
  readonly engines: readonly string[];
  /** SHA-256 of the data that was learnt from. */
  readonly data_fingerprint: string;
  readonly style_grid: string | null;
  /**
   * Means over the steps of all workers, and over the commits of the lead server. `wireMs`: what a gradient and the version made of it took
   * on their way, which is a part of `waitMs` unless something else was computed meanwhile.
   */
  readonly step: Readonly<Record<string, number>>;
  /** From the start of this process to the first round that was committed. */
  readonly first_round_seconds: number | null;
  /** Most memory of a process, in MB, by role. */
  readonly resident_mb: Readonly<Record<string, number>>;
  /** Messages of the coordinator that it sent again, as nothing showed that they had arrived or been answered. */
  readonly sent_again: number;
  readonly wire: { readonly bytes_sent: number; readonly bytes_received: number; readonly least_bytes: number };
}

/** What a summary is made of. */
export interface SummaryOptions {
  readonly run: PreparedRun;
  readonly recorder: RunRecorder;
  readonly outcome: RunOutcome;
  /** By role. */
  readonly residentBytes: Readonly<Record<string, number>>;
  readonly wallSeconds: number;
  readonly sentAgain: number;
}

/** The summary of a run, as it is written to `summary.json`. */
export function summarise({ run, recorder, outcome, residentBytes, wallSeconds, sentAgain }: SummaryOptions): RunSummary {
  const { config } = run.description;
  const { wire, clock, trainingSeconds, losses, heldOut, gridFile, firstRoundSeconds } = recorder;
  const images = (outcome.state.rounds - run.start.rounds) * config.batchSize;
  return {
    ending: outcome.ending,
    rounds: outcome.state.rounds,
    images_per_second: trainingSeconds > 0 ? Math.round(images / trainingSeconds) : 0,
    median_round_ms: rounded(clock.median),
    training_seconds: rounded(trainingSeconds),
    wall_seconds: rounded(wallSeconds),
    losses,
    held_out: heldOut,
    test: outcome.testFigures,
    test_examples: run.description.facts.testCount,
    weights_sha256: weightsHash(outcome.state.groups),
    engines: recorder.engines(),
    data_fingerprint: run.description.facts.fingerprint,
    style_grid: gridFile === null ? null : relative(run.folder.folder, gridFile),
    step: {
      ...means(wire.times, wire.steps), ...means({ wireMs: wire.wireMs }, wire.transfers), ...means(wire.serverTimes, wire.commits),
    },
    first_round_seconds: firstRoundSeconds === null ? null : rounded(firstRoundSeconds),
    resident_mb: Object.fromEntries(Object.entries(residentBytes).map(([role, bytes]) => [role, Math.round(bytes / 1e6)])),
    sent_again: sentAgain,
    wire: { bytes_sent: wire.bytesSent, bytes_received: wire.bytesReceived, least_bytes: wire.leastBytes },
  };
}

function means(totals: Readonly<Record<string, number>>, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, rounded(total / Math.max(1, count))]));
}
