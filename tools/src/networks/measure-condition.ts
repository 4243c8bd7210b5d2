import { loadavg } from 'node:os';
import { playRounds } from '../bench/play-rounds.js';
import { playApart, TWO_SHARDS } from './apart-run.js';
import type { Condition } from './condition.js';
import { playByGloo } from './gloo-run.js';
import type { Measurement } from './measurements.js';
import { checkNetwork } from './network-check.js';
import { Network } from './network.js';
import type { NativePrograms } from './native-programs.js';

export interface MeasureOptions {
  readonly programs: NativePrograms;
  readonly rounds: number;
  /** Null for the machine's own. */
  readonly congestion: string | null;
  /** Of each worker to each server. */
  readonly connections: number;
  /** An interpreter that has PyTorch; null to measure Lethe alone. */
  readonly python: string | null;
  readonly runsFolder: string;
  /** Of each copy that shows what the network carries. */
  readonly copySeconds: number;
  /** Further ones of `lethe train`. */
  readonly flags: readonly string[];
}

/** Where one in a thousand is lost, that many show it within a third. */
const PINGS = 5000;

/**
 * Measures one condition once: over the network, on this machine alone, and by gloo over the same network, one right after the other.
 *
 * @param name of the runs' folders
 */
export async function measureCondition(condition: Condition, name: string, options: MeasureOptions): Promise<Measurement> {
  const { programs, rounds, congestion, connections, python, runsFolder, copySeconds, flags } = options;
  const [load = 0] = loadavg();
  const network = await Network.open(condition, programs, congestion);
  try {
    const found = await checkNetwork(network, condition, programs, { copySeconds, pings: PINGS });
    const lethe = await playApart(network, {
      name: `${name}-apart`, runsFolder, rounds, flags: [...TWO_SHARDS, '--connections', String(connections), ...flags],
    });
    const { median_round_ms: localMs, weights_sha256: weights, step } = await playRounds({
      name: `${name}-local`, recipe: 'forget', runsFolder, rounds, flags: ['--workers', '2', ...TWO_SHARDS, ...flags],
    });
    return {
      condition, rounds, load, congestion: network.congestion, connections, network: found, lethe,
      local: { roundMs: localMs, weights, step },
      gloo: python === null ? null : await playByGloo(network, python, rounds),
      time: new Date().toISOString(),
    };
  } finally {
    network.close();
  }
}
