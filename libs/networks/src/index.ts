export { bottleneck, type Bottleneck, type BottleneckKind } from './bottleneck.js';
export { classWhitening, type ClassWhiteningOptions } from './class-whitening.js';
export { conditionalFlow, type ConditionalFlowOptions } from './conditional-flow.js';
export { articleDecoder, type DecoderOptions } from './decoder.js';
export { denseDecoder, type DenseDecoderOptions } from './dense-decoder.js';
export { denseEncoder, type DenseEncoderOptions } from './dense-encoder.js';
export { articleEncoder, type EncoderOptions } from './encoder.js';
export { faderDecoder, type FaderDecoderOptions } from './fader/fader-decoder.js';
export { faderEncoder, type FaderEncoderOptions } from './fader/fader-encoder.js';
export { faderLatent, type FaderMaps, type FaderShape } from './fader/fader-shape.js';
export { latentDiscriminator, type LatentDiscriminatorOptions } from './fader/latent-discriminator.js';
export {
  featureExtractor,
  type ConvolutionStageOptions,
  type FeatureExtractor,
  type FeatureExtractorOptions,
} from './feature-extractor.js';
export { groupLayout } from './group-layout.js';
export { initialStatistics, initialValues } from './initial-values.js';
export { judgeNetwork, type JudgeOptions } from './judge.js';
export { perceptron, type PerceptronOptions } from './perceptron.js';
export type {
  ForwardContext, InitialValues, LayerSummary, NetworkSpec, Networks, NormalisationSpec, TensorSpec, UnnamedNetwork,
} from './network.js';
export { evaluationNetworks, trainingNetworks, type Moments, type TensorsByName, type TrainingNetworkOptions } from './bound-networks.js';
export { gelu, leakyRelu, logSoftmax, relu, sigmoid, silu, softmax, tanh } from './vocabulary/activations.js';
export { attention, type AttentionOptions } from './vocabulary/attention.js';
export { batchNorm } from './vocabulary/batch-norm.js';
export { convolution, type ConvolutionOptions } from './vocabulary/convolution.js';
export { defineNetwork, type NetworkDefinition } from './vocabulary/define-network.js';
export { dropout } from './vocabulary/dropout.js';
export { embedding, type EmbeddingOptions } from './vocabulary/embedding.js';
export { groupNorm, instanceNorm, type GroupNormOptions, type InstanceNormOptions } from './vocabulary/group-norm.js';
export { layerNorm } from './vocabulary/layer-norm.js';
export type { ExampleShape, Layer, PlacedLayer } from './vocabulary/layer.js';
export { linear } from './vocabulary/linear.js';
export { averagePool, globalAveragePool, globalMaxPool, maxPool, type PoolOptions } from './vocabulary/pooling.js';
export { flatten, reshape } from './vocabulary/reshape.js';
export { residual, type ResidualOptions } from './vocabulary/residual.js';
export { sequential, type SequentialNetwork, type SequentialOptions } from './vocabulary/sequential.js';
export { transposedConvolution, type TransposedConvolutionOptions } from './vocabulary/transposed-convolution.js';
export { upsample } from './vocabulary/upsample.js';
export type { Padding, WindowSize } from './vocabulary/windows.js';
