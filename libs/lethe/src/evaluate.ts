import type { Settings } from '@lethe/config';
import { problemsError, shown } from '@lethe/config';
import { PROBE_LIST } from '@lethe/config/flags';
import type { RunEvaluation } from '@lethe/evaluation';
import type { ProbeKind } from '@lethe/protocol';
import { checkpointRequest, type CheckpointOptions } from './checkpoint-options.js';
import { surroundingsOf } from './common-options.js';
import { evaluateRun } from './evaluation/evaluate-run.js';
import { MeasureCache } from './evaluation/measure-cache.js';
import { withCheckpoint } from './run/open-checkpoint.js';
import { listeningReporter, type Listeners } from './run/run-progress.js';
import type { Run } from './runs/run.js';

/** What a run is measured with. */
export interface EvaluateOptions extends CheckpointOptions, Listeners {
  /** Kinds of classifiers that are trained afresh on the features. Default: those that the run names. */
  readonly probes?: NonNullable<Settings['probes']> | undefined;
  /** Each kind is trained once from each, a costly one from the first alone. Default: 1, 2 and 3. */
  readonly seeds?: readonly number[] | undefined;
  /** Worker processes. Default: as many as measure a run of this machine. */
  readonly workers?: number | undefined;
  /** Allow more than four of them for each core of this machine. */
  readonly oversubscribe?: boolean | undefined;
}

const SEEDS = [1, 2, 3];

/**
 * Measures what a run's networks are for, such as what its features keep and what is read of what they forget. Writes `evaluation.json` and
 * `report.html` into the run's folder, as its end does. Does the same at any time, on any number of workers.
 *
 * @param run its folder, or its name below `runsDir`
 * @returns what `evaluation.json` has; figures are shares (0 to 1), mean square errors of inputs as the networks see them (pixels from -1
 * to 1), and nats, as docs/measures.md defines them
 * @throws LetheError RUN_MISSING, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH (the data are others), DATA_MISSING, DATA_INVALID,
 * CONFIG_INVALID, INTERRUPTED, PROCESS_DIED
 */
export async function evaluate(run: string | Run, options: EvaluateOptions = {}): Promise<RunEvaluation> {
  const { probes, seeds = SEEDS, workers = null, oversubscribe = false, signal } = options;
  const kinds = probes === undefined ? null : kindsOf(probes);
  const surroundings = await surroundingsOf(options);
  const { environment, machine } = surroundings;
  const reporter = listeningReporter(options);
  const request = checkpointRequest(typeof run === 'string' ? run : run.folder, options, surroundings);
  const opening = { environment, machine, workers, oversubscribe, signal, notice: (line: string) => { reporter.notice(line); } };
  return withCheckpoint(request, opening, (opened) => evaluateRun(opened, {
    folder: opened.run, probes: kinds ?? opened.description.config.probes, seeds,
    cache: new MeasureCache(machine.cacheFolder, opened.notice), onNotice: opened.notice,
    onProgress: (progress) => { reporter.measuring(progress); },
  }));
}

function kindsOf(probes: NonNullable<Settings['probes']>): readonly ProbeKind[] {
  const text = typeof probes === 'string' ? probes : probes.join();
  const kinds = PROBE_LIST.read(text);
  if (!Array.isArray(kinds)) throw problemsError([{ where: 'probes', expected: PROBE_LIST.expected, found: shown(probes) }]);
  return kinds as ProbeKind[];
}
