import type { ObjectiveConfig } from '@lethe/config';
import { domainAdaptationObjective } from './domain-adaptation.js';
import { forgettingObjective } from './forgetting.js';
import type { Objective } from './objective.js';

/** What a game must know of a run besides its own settings. */
export interface GameFacts {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Number of classes of the label. */
  readonly classes: number;
  /** Names of all domains. */
  readonly domains: readonly string[];
  /** Whether the examples of the domains without labels are learnt from. */
  readonly adapts: boolean;
  readonly totalRounds: number;
}

/**
 * The game that a configuration names. A new game is a file beside this one, a case here, and its settings in libs/config/src/schema.
 */
export function createObjective(config: ObjectiveConfig, facts: GameFacts): Objective {
  switch (config.kind) {
    case 'forgetting':
      return forgettingObjective({ ...facts, ...config, bottleneck: config.bottleneck.kind, divergenceWeight: config.bottleneck.weight });
    case 'domain-adaptation':
      return domainAdaptationObjective({ ...facts, ...config });
  }
}
