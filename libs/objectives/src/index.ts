export { createObjective } from './create-objective.js';
export { defineGame } from './define-game.js';
export { forgettingObjective, type ForgettingOptions } from './forgetting.js';
export type { GameDefinition } from './game-definition.js';
export type { GameFacts } from './game-facts.js';
export { GAMES } from './games.js';
export type { Batch, BatchPer, FreshStart, Group, LossContext, NetworkMode, Objective, Phase, PhaseLoss } from './objective.js';
export type { AttributeOfGame, FactsOfGame } from './own-game/facts.js';
export type { BatchOfGame, GameContext, NetworksOfGame } from './own-game/game-context.js';
export type { GameDescription, GivenToGame, PhaseOfGame } from './own-game/game-description.js';
export {
  accuracy, crossEntropy, entropy, gradientReversed, meanSquaredError, negativeLogLikelihood, squaredError, squaredErrorOfEach, weightedSum,
} from './own-game/game-losses.js';
