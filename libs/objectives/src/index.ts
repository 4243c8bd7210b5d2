export { domainAdaptationObjective, type DomainAdaptationOptions } from './domain-adaptation.js';
export { forgettingObjective, type ForgettingOptions } from './forgetting.js';
export type { AdversaryOptions } from './game-networks.js';
export type { Batch, FreshStart, Group, LossContext, Objective, Phase, PhaseLoss } from './objective.js';
