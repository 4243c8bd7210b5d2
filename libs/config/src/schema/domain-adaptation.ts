import { z } from 'zod';
import { positive, positiveInteger, share, weight } from './numbers.js';
import { optimizerSchema } from './optimizer.js';

const featuresSchema = z.strictObject({
  /** Ganin and Lempitsky's for MNIST and for SVHN; a small one with batch normalisation; linear layers for tables. */
  kind: z.enum(['paper-mnist', 'paper-svhn', 'small', 'table']),
  /** Maps of the first convolution of `small`, numbers of each layer of `table`; the paper's nets have theirs. */
  width: positiveInteger,
  /** Convolutions of `small`, each halving the side and doubling the maps. */
  depth: z.int().min(1).max(4),
  dropout: share,
  /** Brings every image to mean 0 and deviation 1 by itself first: brightness and contrast tell of the domain, not of the label. */
  normaliseImages: z.boolean(),
  /** Batch statistics of all domains together, or of each by itself. */
  statistics: z.enum(['shared', 'per-domain']),
});

const alignmentSchema = z.strictObject({
  /** Most that the domain classifier's gradient is reversed by, towards which the paper's schedule climbs. */
  weight,
  /** How fast it climbs: 2 / (1 + exp(-steepness p)) - 1 at progress p; the paper's is 10. */
  steepness: positive,
  /** The domain classifier reads features times predicted classes instead of features (Long et al., 2018). */
  conditional: z.boolean(),
});

const unlabelledSchema = z.strictObject({
  /** Weight of the entropy of what is predicted for examples without a label. */
  entropyWeight: weight,
  /** Weight of minimum class confusion (Jin et al., 2020): predictions for examples without a label must not share classes. */
  confusionWeight: weight,
  confusionTemperature: positive,
  /** Weight of the likelihood of what the nets themselves predict with confidence for the undistorted examples without a label. */
  pseudoLabelWeight: weight,
  /** Least probability of a prediction that counts as confident. */
  pseudoLabelThreshold: share,
});

/** A feature extractor and a label predictor whose features must not tell a domain classifier where an example is from. */
export const domainAdaptationSchema = z.strictObject({
  kind: z.literal('domain-adaptation'),
  features: featuresSchema,
  alignment: alignmentSchema,
  unlabelled: unlabelledSchema,
  optimizers: z.strictObject({ featureExtractor: optimizerSchema, labelPredictor: optimizerSchema, domainClassifier: optimizerSchema }),
});
