// What a user's own game or reader of data imports, `@lethe/lethe/game`. It becomes a part of the code that travels to workers: nothing
// here may need Node, TensorFlow or an addon.
export { z } from 'zod';
export {
  accuracy, crossEntropy, defineGame, entropy, gradientReversed, meanSquaredError, negativeLogLikelihood, squaredError, squaredErrorOfEach,
  weightedSum,
} from '@lethe/objectives';
export type {
  AttributeOfGame, BatchOfGame, FactsOfGame, GameContext, GameDefinition, GameDescription, GivenToGame, NetworksOfGame, PhaseLoss,
  PhaseOfGame,
} from '@lethe/objectives';
