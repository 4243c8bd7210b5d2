import type { Tensor } from '@tensorflow/tfjs';
import { convolution, convolutionTensors, linear, linearTensors, normalisationTensors } from './layers.js';
import type { ForwardContext, NetworkSpec, NormalisationSpec, TensorSpec } from './network.js';

/** Convolution, perhaps batch norm, ReLU, perhaps max pooling, dropout. */
export interface ConvolutionStageOptions {
  readonly maps: number;
  /** Side of the window in pixels. */
  readonly size: number;
  readonly pool: { readonly size: number; readonly stride: number } | null;
  readonly dropout: number;
}

export interface FeatureExtractorOptions {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stages: readonly ConvolutionStageOptions[];
  /** Widths of linear layers behind them, each with ReLU and dropout; none: the flattened maps are the features. */
  readonly dense: readonly number[];
  readonly denseDropout: number;
  readonly batchNorm: boolean;
  /** Brings each image to mean 0 and deviation 1 first. */
  readonly normaliseImages: boolean;
  /**
   * Null: batch statistics of all domains together. Else each domain has its own, and a training batch comes domain by
   * domain in equal parts.
   */
  readonly domains: readonly string[] | null;
}

/** A feature extractor and how many features it makes of an example. */
export interface FeatureExtractor {
  readonly network: NetworkSpec;
  readonly size: number;
}

/**
 * Images [examples, height, width, channels] and one-hot domains [examples, domains] -> features [examples, size]. A table
 * is images of one pixel, and wants no convolution stages.
 */
export function featureExtractor(options: FeatureExtractorOptions): FeatureExtractor {
  const { dense, denseDropout, batchNorm, domains, normaliseImages } = options;
  const stages = convolutionStages(options);
  const last = stages.at(-1) ?? { outHeight: options.height, outWidth: options.width, maps: options.channels };
  const flattened = last.outHeight * last.outWidth * last.maps;
  const widths = [flattened, ...dense];
  const layers = dense.map((outputs, index): DenseLayer => ({
    name: `linear${index + 1}`,
    norm: `linear-norm${index + 1}`,
    inputs: widths[index] ?? flattened,
    outputs,
  }));
  const normalised = (context: ForwardContext, norm: string, input: Tensor, origins: Tensor | undefined): Tensor => {
    if (!batchNorm) return input;
    return domains === null || origins === undefined
      ? context.batchNorm(norm, input)
      : context.batchNormByDomain(norm, input, { origins, domains });
  };

  const network: NetworkSpec = {
    name: 'featureExtractor',
    dropoutStream: 'step',
    normalisations: batchNorm ? normalisations(stages, layers, domains) : [],
    tensors: [
      ...stages.flatMap((stage) => stageTensors(stage, batchNorm)),
      ...layers.flatMap(({ name, norm, inputs, outputs }) => [
        ...linearTensors(name, inputs, outputs),
        ...(batchNorm ? normalisationTensors({ name: norm, channels: outputs }) : []),
      ]),
    ],
    forward: (context, images, origins) => {
      const { operations } = context;
      const start = normaliseImages ? instanceNormalised(context, images) : images;
      const maps = stages.reduce((input, { convolution: name, norm }, index) => {
        const { pool, dropout } = options.stages[index] as ConvolutionStageOptions;
        const rectified = operations.relu(normalised(context, norm, convolution(context, name, input), origins));
        return context.dropout(pool === null ? rectified : operations.maxPool(rectified, pool.size, pool.stride), dropout);
      }, start);
      return layers.reduce(
        (input, { name, norm }) =>
          context.dropout(operations.relu(normalised(context, norm, linear(context, name, input), origins)), denseDropout),
        operations.reshape(maps, [-1, flattened]),
      );
    },
  };
  return { network, size: widths.at(-1) ?? flattened };
}

/** A stage with its names, and with the sizes that follow from the stages before it. */
interface ConvolutionStage {
  readonly convolution: string;
  readonly norm: string;
  readonly size: number;
  readonly inputs: number;
  readonly maps: number;
  /** Of the convolution's output. */
  readonly height: number;
  readonly width: number;
  /** Behind the pooling. */
  readonly outHeight: number;
  readonly outWidth: number;
}

function convolutionStages({ height, width, channels, stages }: FeatureExtractorOptions): ConvolutionStage[] {
  const placed: ConvolutionStage[] = [];
  let [rows, columns, inputs] = [height, width, channels];
  for (const [index, { maps, size, pool }] of stages.entries()) {
    const pooled = (side: number): number => (pool === null ? side : Math.floor((side - pool.size) / pool.stride) + 1);
    placed.push({
      convolution: `conv${index + 1}`,
      norm: `norm${index + 1}`,
      size,
      inputs,
      maps,
      height: rows,
      width: columns,
      outHeight: pooled(rows),
      outWidth: pooled(columns),
    });
    [rows, columns, inputs] = [pooled(rows), pooled(columns), maps];
  }
  return placed;
}

/** A linear layer behind the convolution stages. */
interface DenseLayer {
  readonly name: string;
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** One normalisation for each stage and layer, or one for each of them and each domain. */
function normalisations(
  stages: readonly ConvolutionStage[],
  layers: readonly DenseLayer[],
  domains: readonly string[] | null,
): NormalisationSpec[] {
  const shared = [
    ...stages.map(({ norm, maps, height, width }) => ({ name: norm, channels: maps, samplesPerExample: height * width })),
    ...layers.map(({ norm, outputs }) => ({ name: norm, channels: outputs, samplesPerExample: 1 })),
  ];
  if (domains === null) return shared;
  return shared.flatMap(({ name, channels, samplesPerExample }) =>
    domains.map((domain) => ({ name: `${name}@${domain}`, channels, samplesPerExample: samplesPerExample / domains.length })),
  );
}

function stageTensors({ convolution: name, norm, size, inputs, maps }: ConvolutionStage, batchNorm: boolean): TensorSpec[] {
  return [
    ...convolutionTensors(name, size, inputs, maps),
    ...(batchNorm ? normalisationTensors({ name: norm, channels: maps }) : []),
  ];
}

/** An image of a single brightness becomes all zeros instead of noise. */
const LEAST_VARIANCE = 1e-4;

function instanceNormalised({ operations }: ForwardContext, images: Tensor): Tensor {
  const perImage = (x: Tensor): Tensor => operations.reshape(operations.mean(x, [1, 2, 3]), [-1, 1, 1, 1]);
  const centred = operations.sub(images, perImage(images));
  const variance = operations.add(perImage(operations.square(centred)), operations.constant([LEAST_VARIANCE], []));
  return operations.mul(centred, operations.exp(operations.scale(operations.log(variance), -0.5)));
}
