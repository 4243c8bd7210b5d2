// What a user's own game or reader of data imports, `@lethe/lethe/game`. It becomes a part of the code that travels to workers: nothing
// here may need Node, TensorFlow or an addon.
export {
  attention, averagePool, batchNorm, convolution, defineNetwork, dropout, embedding, flatten, gelu, globalAveragePool, globalMaxPool,
  groupNorm, instanceNorm, layerNorm, leakyRelu, linear, logSoftmax, maxPool, relu, reshape, residual, sequential, sigmoid, silu, softmax,
  tanh, transposedConvolution,
} from '@lethe/networks';
export type {
  AttentionOptions, ConvolutionOptions, EmbeddingOptions, ExampleShape, ForwardContext, GroupNormOptions, InitialValues,
  InstanceNormOptions, Layer, NetworkDefinition, NormalisationSpec, Padding, PlacedLayer, PoolOptions, ResidualOptions, SequentialNetwork,
  SequentialOptions, TensorSpec, TransposedConvolutionOptions, UnnamedNetwork, WindowSize,
} from '@lethe/networks';
export type { OptimizerConfig, PartialOptimizer, ScheduleConfig } from '@lethe/config';
export type { Operations, Tensor } from '@lethe/tensorflow';
export {
  defineData, type DataDefinition, type DataReaderParts, type DataRequest, type OwnArray, type OwnExamples, type OwnInputs, type OwnPieces,
  type OwnSplit, type OwnValues,
} from '@lethe/data/define-data';
export { z } from 'zod';
export {
  accuracy, crossEntropy, defineGame, entropy, gradientReversed, meanSquaredError, negativeLogLikelihood, squaredError, squaredErrorOfEach,
  weightedSum,
} from '@lethe/objectives';
export type {
  AttributeOfGame, BatchOfGame, BatchPer, FactsOfGame, FreshStart, GameContext, GameDefinition, GameDescription, GameFacts, GivenToGame,
  NetworkMode, NetworksOfGame, Objective, PhaseLoss, PhaseOfGame,
} from '@lethe/objectives';
