import type { RunConfig } from '@lethe/config';
import type { GroupLayout } from '@lethe/protocol';

/** A run with one group of parameters and nothing to compute: it shows what the parameter servers cost by themselves. */
export interface SyntheticRun {
  /** Number of float32 parameters. */
  readonly length: number;
  readonly shards: number;
}

export const RUN_ID = 'scale';
export const SCHEMA_HASH = 'scale';
export const GROUP = 'parameters';

export function layoutOf({ length }: SyntheticRun): GroupLayout {
  return {
    name: GROUP,
    length,
    statisticsLength: 0,
    segments: [{ name: 'network.weight', network: 'network', shape: [length], offset: 0, length }],
    statistics: [],
  };
}

/** As much of a configuration as a parameter server reads. */
export function configOf({
  shards,
}: SyntheticRun): Pick<RunConfig, 'shards' | 'clipNorm'> & { cluster: Pick<RunConfig['cluster'], 'heartbeatSeconds'> } {
  return { shards, clipNorm: null, cluster: { heartbeatSeconds: 1 } };
}
