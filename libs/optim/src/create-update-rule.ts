import type { OptimizerConfig } from '@lethe/config';
import { adamRule } from './adam.js';
import { sgdRule } from './sgd.js';
import type { UpdateRule } from './update-rule.js';

/** The rule that the configuration names. The learning rate and its schedule are the caller's, per commit. */
export function createUpdateRule(config: OptimizerConfig): UpdateRule {
  switch (config.kind) {
    case 'adam':
      return adamRule(config);
    case 'sgd':
      return sgdRule(config);
  }
}
