import type { ExampleShape, Layer } from '../src/vocabulary/layer.js';
import * as vocabulary from '../src/index.js';

/** A layer, and the shape of an example that it reads. */
export interface LayerCase {
  readonly input: ExampleShape;
  readonly layer: Layer;
  /** Whether its inputs are whole numbers: 0, 1, 2, 3, 4, 0 ... */
  readonly readsIndices?: true;
}

const [IMAGE, SIGNAL, ROW] = [[6, 5, 4], [9, 4], [6]];
const { convolution, transposedConvolution } = vocabulary;

/** The cases of golden/layers.py, by the same names. */
export const LAYER_CASES: Readonly<Record<string, LayerCase>> = {
  'linear': { input: ROW, layer: vocabulary.linear(3) },
  'convolution, same': { input: IMAGE, layer: convolution(2) },
  'convolution, same, strided': { input: IMAGE, layer: convolution(2, { stride: 2 }) },
  'convolution, valid': { input: IMAGE, layer: convolution(2, { size: [3, 2], stride: 2, padding: 'valid' }) },
  'convolution, padded': { input: IMAGE, layer: convolution(2, { stride: 2, padding: 2 }) },
  'convolution of signals': { input: SIGNAL, layer: convolution(3, { size: 5, stride: 2, padding: 2 }) },
  'transposed convolution, same': { input: IMAGE, layer: transposedConvolution(3, { size: 4 }) },
  'transposed convolution, valid': { input: IMAGE, layer: transposedConvolution(3, { padding: 'valid' }) },
  'transposed convolution of signals': { input: SIGNAL, layer: transposedConvolution(3, { size: 4 }) },
  'transposed convolution without a bias': { input: IMAGE, layer: transposedConvolution(3, { size: 4, bias: false }) },
  'upsample': { input: IMAGE, layer: vocabulary.upsample() },
  'upsample of signals': { input: SIGNAL, layer: vocabulary.upsample(3) },
  'batchNorm of rows': { input: ROW, layer: vocabulary.batchNorm() },
  'batchNorm of images': { input: IMAGE, layer: vocabulary.batchNorm() },
  'batchNorm of signals': { input: SIGNAL, layer: vocabulary.batchNorm() },
  'layerNorm of rows': { input: ROW, layer: vocabulary.layerNorm() },
  'layerNorm of signals': { input: SIGNAL, layer: vocabulary.layerNorm() },
  'groupNorm of rows': { input: ROW, layer: vocabulary.groupNorm({ groups: 2 }) },
  'groupNorm of images': { input: IMAGE, layer: vocabulary.groupNorm({ groups: 2 }) },
  'instanceNorm of images': { input: IMAGE, layer: vocabulary.instanceNorm() },
  'instanceNorm of signals': { input: SIGNAL, layer: vocabulary.instanceNorm({ affine: true }) },
  'relu': { input: ROW, layer: vocabulary.relu() },
  'leakyRelu': { input: ROW, layer: vocabulary.leakyRelu() },
  'tanh': { input: ROW, layer: vocabulary.tanh() },
  'sigmoid': { input: ROW, layer: vocabulary.sigmoid() },
  'gelu': { input: ROW, layer: vocabulary.gelu() },
  'silu': { input: ROW, layer: vocabulary.silu() },
  'softmax': { input: SIGNAL, layer: vocabulary.softmax() },
  'logSoftmax': { input: SIGNAL, layer: vocabulary.logSoftmax() },
  'maxPool': { input: IMAGE, layer: vocabulary.maxPool(3, { stride: 2 }) },
  'maxPool of signals': { input: SIGNAL, layer: vocabulary.maxPool(2) },
  'averagePool': { input: IMAGE, layer: vocabulary.averagePool(3, { stride: 2 }) },
  'averagePool of signals': { input: SIGNAL, layer: vocabulary.averagePool(2) },
  'globalAveragePool': { input: IMAGE, layer: vocabulary.globalAveragePool() },
  'globalMaxPool': { input: IMAGE, layer: vocabulary.globalMaxPool() },
  'flatten': { input: IMAGE, layer: vocabulary.flatten() },
  'reshape': { input: ROW, layer: vocabulary.reshape([3, 2]) },
  'residual': {
    input: IMAGE,
    layer: vocabulary.residual([convolution(2, { stride: 2, padding: 1 }), vocabulary.relu(), convolution(2)], {
      shortcut: [convolution(2, { size: 1, stride: 2 })],
    }),
  },
  'attention': { input: SIGNAL, layer: vocabulary.attention({ heads: 2 }) },
  'attention of images': { input: IMAGE, layer: vocabulary.attention() },
  'embedding of categories': { input: ROW, layer: vocabulary.embedding(3) },
  'embedding of indices': { input: ROW, layer: vocabulary.embedding(3, { indices: 5 }), readsIndices: true },
};
