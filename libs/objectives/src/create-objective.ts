import type { ObjectiveConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { domainAdaptationObjective } from './domain-adaptation.js';
import { forgettingObjective } from './forgetting.js';
import type { GameFacts } from './game-facts.js';
import type { Objective } from './objective.js';

/**
 * The game that a configuration names. A new game is a file beside this one, a case here, and its settings in libs/config/src/schema.
 */
export function createObjective(config: ObjectiveConfig, facts: GameFacts): Objective {
  switch (config.kind) {
    case 'forgetting':
      if (config.fairness === 'odds' && !facts.kept.some(({ isLabel }) => isLabel)) throw withoutLabel(facts);
      return forgettingObjective({
        ...facts, ...config, independence: config.fairness, bottleneck: config.bottleneck.kind, divergenceWeight: config.bottleneck.weight,
      });
    case 'domain-adaptation':
      return domainAdaptationObjective({ ...facts, ...config });
  }
}

function withoutLabel({ kept }: GameFacts): LetheError {
  const found = kept.length === 0 ? 'nothing that is kept' : `${kept.map(({ name }) => name).join(', ')}, none of which is the label`;
  const expected = 'expected the label, a category, to be kept, given which others are forgotten';
  return new LetheError('CONFIG_INVALID', `--fairness odds: ${expected}, found ${found}`);
}
