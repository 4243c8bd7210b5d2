import { z } from 'zod';
import { positive, positiveInteger, share, weight } from './numbers.js';
import { optimizerSchema } from './optimizer.js';

const featuresSchema = z.strictObject({
  /** Ganin and Lempitsky's for MNIST and for SVHN; a small one with batch normalisation; linear layers for tables. */
  kind: z.enum(['paper-mnist', 'paper-svhn', 'small', 'table']),
  /** Maps of the first convolution of `small`, size of each layer of `table`. The paper's networks have their own widths. */
  width: positiveInteger,
  /** Convolutions of `small`, each halving the side and doubling the maps. */
  depth: z.int().min(1).max(4),
  dropout: share,
  /** Brings each image to mean 0 and deviation 1 first: brightness and contrast are signs of the domain, not of the label. */
  normaliseImages: z.boolean(),
  /** Batch statistics of all domains together, or of each domain by itself. */
  statistics: z.enum(['shared', 'per-domain']),
});

const alignmentSchema = z.strictObject({
  /** Greatest factor on the reversed gradient of the domain classifier: the paper's schedule climbs to it. */
  weight,
  /** Slope of that schedule: 2 / (1 + exp(-steepness p)) - 1 at progress p; 10 in the paper. */
  steepness: positive,
  /** The domain classifier reads features times predicted classes instead of features (Long et al., 2018). */
  conditional: z.boolean(),
});

const unlabelledSchema = z.strictObject({
  /** Weight of the entropy of the predictions for examples without a label. */
  entropyWeight: weight,
  /** Weight of minimum class confusion (Jin et al., 2020): predictions for examples without a label must not share classes. */
  confusionWeight: weight,
  confusionTemperature: positive,
  /** Weight of the likelihood of pseudo-labels: what the networks predict with confidence for undistorted examples without a label. */
  pseudoLabelWeight: weight,
  /** Least probability of a prediction that counts as confident. */
  pseudoLabelThreshold: share,
});

/** A feature extractor and a label predictor whose features must not show a domain classifier which domain an example is from. */
export const domainAdaptationSchema = z.strictObject({
  kind: z.literal('domain-adaptation'),
  features: featuresSchema,
  alignment: alignmentSchema,
  unlabelled: unlabelledSchema,
  optimizers: z.strictObject({ featureExtractor: optimizerSchema, labelPredictor: optimizerSchema, domainClassifier: optimizerSchema }),
});
