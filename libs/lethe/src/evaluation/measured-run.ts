import { splitHeldOut, type DataSource } from '@lethe/data';
import type { UsedExamples } from '@lethe/evaluation';
import type { ProbeKind } from '@lethe/protocol';
import type { RunFolder } from '@lethe/run-folder';
import type { TrainingCluster } from '@lethe/cluster';
import type { RunDescription } from '@lethe/graphs';
import type { MeasuringProgress } from '@lethe/telemetry';
import type { MeasureCache } from './measure-cache.js';

/** Networks in a cluster, and what they were trained on. */
export interface MeasuredRun {
  readonly cluster: TrainingCluster;
  readonly description: RunDescription;
  readonly data: DataSource;
  /** Rounds played. */
  readonly rounds: number;
}

/** What a run learns from and is measured on. */
export function usedExamples({ description: { config, facts }, data }: Pick<MeasuredRun, 'description' | 'data'>): UsedExamples {
  const { training, heldOut } = splitHeldOut(data, config.data.heldOut, config.seed);
  const { shape, testCount: tested } = facts;
  return { trained: training.length, held_out: heldOut.length, tested, shape, values: data.test.inputs.values };
}

/** How a run is measured. */
export interface MeasureOptions {
  /** Where `evaluation.json` and `report.html` go. */
  readonly folder: RunFolder;
  /** Kinds of fresh probes. */
  readonly probes: readonly ProbeKind[];
  /** Each probe is trained once from each, a costly one from the first alone. */
  readonly seeds: readonly number[];
  readonly cache: MeasureCache;
  readonly onProgress: (progress: MeasuringProgress) => void;
  /** Hears what could not be measured although all else was. */
  readonly onNotice: (line: string) => void;
  /** Hears where the picture of redrawn test examples lies, if one is drawn. */
  readonly onGrid?: (file: string) => void;
}
