import type { OptimizerConfig } from '@lethe/config';
import { adamRule } from './adam.js';
import { sgdRule } from './sgd.js';
import type { UpdateRule } from './update-rule.js';

/** How the networks of a run are updated. */
export interface Optimization {
  /** By the name of the network; the members of an ensemble ("classifier-2" and so on) share one. */
  readonly optimizers: Readonly<Record<string, OptimizerConfig>>;
  /** Decay of the averages of the values, per committed version of a group; null: none are kept. */
  readonly averaging: number | null;
  /** Networks whose values are averaged: those that are used after training. */
  readonly averagedNetworks: readonly string[];
}

/** The settings by which a network is updated. @throws RangeError if there are none */
export function optimizerOf({ optimizers }: Pick<Optimization, 'optimizers'>, network: string): OptimizerConfig {
  const config = optimizers[network] ?? optimizers[network.replace(/-\d+$/, '')];
  if (config === undefined) throw new RangeError(`no optimiser for the network ${network}`);
  return config;
}

/** The rule that the configuration names. The learning rate and its schedule are the caller's, per commit. */
export function createUpdateRule(config: OptimizerConfig): UpdateRule {
  switch (config.kind) {
    case 'adam':
      return adamRule(config);
    case 'sgd':
      return sgdRule(config);
  }
}
