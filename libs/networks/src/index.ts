export { bottleneck, type Bottleneck, type BottleneckKind } from './bottleneck.js';
export { conditionalFlow, type ConditionalFlowOptions } from './conditional-flow.js';
export { articleDecoder, type DecoderOptions } from './decoder.js';
export { denseDecoder, type DenseDecoderOptions } from './dense-decoder.js';
export { denseEncoder, type DenseEncoderOptions } from './dense-encoder.js';
export { articleEncoder, type EncoderOptions } from './encoder.js';
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
export type { ForwardContext, InitialValues, NetworkSpec, Networks, NormalisationSpec, TensorSpec } from './network.js';
export { evaluationNetworks, trainingNetworks, type Moments, type TensorsByName } from './bound-networks.js';
