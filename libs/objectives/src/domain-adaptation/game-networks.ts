import { featureExtractor, perceptron, type FeatureExtractor, type FeatureExtractorOptions, type NetworkSpec } from '@lethe/networks';

export interface FeatureOptions {
  readonly kind: 'paper-mnist' | 'paper-svhn' | 'small' | 'table';
  readonly width: number;
  /** Convolutions of `small`. */
  readonly depth: number;
  readonly dropout: number;
  readonly normaliseImages: boolean;
}

export interface AdaptationShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  /** Names of all domains. */
  readonly domains: readonly string[];
}

/** The three networks of domain adaptation. */
export interface AdaptationNetworks {
  readonly features: FeatureExtractor;
  readonly labelPredictor: NetworkSpec;
  readonly domainClassifier: NetworkSpec;
}

interface Architecture extends Pick<FeatureExtractorOptions, 'stages' | 'dense' | 'batchNorm'> {
  /** Hidden layers of the heads. */
  readonly labels: readonly number[];
  readonly domains: readonly number[];
}

/** Pooling that halves the side. */
const HALVED = { size: 2, stride: 2 };
const PAPER_SVHN_POOL = { size: 3, stride: 2 };

/** @see Ganin et al., Domain-Adversarial Training of Neural Networks (JMLR 2016), figure 4 */
const ARCHITECTURES: Readonly<Record<FeatureOptions['kind'], (options: FeatureOptions) => Architecture>> = {
  'paper-mnist': () => ({
    stages: [stage(32, 5, HALVED), stage(48, 5, HALVED)],
    dense: [], batchNorm: false, labels: [100, 100], domains: [100],
  }),
  'paper-svhn': () => ({
    stages: [stage(64, 5, PAPER_SVHN_POOL), stage(64, 5, PAPER_SVHN_POOL), stage(128, 5, null)],
    dense: [], batchNorm: false, labels: [3072, 2048], domains: [1024, 1024],
  }),
  small: ({ width, depth }) => ({
    stages: Array.from({ length: depth }, (_, index) => stage(width * 2 ** index, 3, HALVED)),
    dense: [4 * width], batchNorm: true, labels: [], domains: [100, 100],
  }),
  table: ({ width }) => ({ stages: [], dense: [width, width], batchNorm: false, labels: [], domains: [width] }),
};

function stage(maps: number, size: number, pool: Architecture['stages'][number]['pool']): Architecture['stages'][number] {
  return { maps, size, pool, dropout: 0 };
}

export interface AdaptationNetworkOptions extends AdaptationShape {
  readonly features: FeatureOptions;
  /** Batch statistics for each of these domains; null: of all together. */
  readonly statisticsOf: readonly string[] | null;
  /** The domain classifier reads features times predicted classes. */
  readonly conditional: boolean;
}

export function adaptationNetworks({
  features,
  classes,
  domains,
  statisticsOf,
  conditional,
  ...shape
}: AdaptationNetworkOptions): AdaptationNetworks {
  const { dropout, normaliseImages } = features;
  const { stages, dense, batchNorm, ...heads } = ARCHITECTURES[features.kind](features);
  const extractor = featureExtractor({
    ...shape,
    stages,
    dense,
    batchNorm,
    normaliseImages,
    denseDropout: dropout,
    domains: batchNorm ? statisticsOf : null,
  });
  return {
    features: extractor,
    labelPredictor: perceptron({ name: 'labelPredictor', inputs: extractor.size, hidden: heads.labels, classes, dropoutRate: dropout }),
    domainClassifier: perceptron({
      name: 'domainClassifier',
      inputs: extractor.size * (conditional ? classes : 1),
      hidden: heads.domains,
      classes: domains.length,
    }),
  };
}
