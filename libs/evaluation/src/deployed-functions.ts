import type { KeptNumber } from '@lethe/data';
import type { RunDescription } from '@lethe/graphs';
import type { LossContext } from '@lethe/objectives';
import type { Tensor } from '@tensorflow/tfjs';

/** What networks are used for when their training is over. */
export type DeployedName = 'encoder' | 'decoder' | 'predictor';

/** What networks compute in evaluation mode. @param features [examples, encodedSize] where they are read */
export type DeployedComputation = (context: LossContext, features?: Tensor) => Tensor;

/** An attribute that a decoder is told, and the values that it can be told of it. */
export interface ToldAttribute {
  readonly name: string;
  readonly categories: readonly string[];
}

/** The same with its place in a batch. */
export interface PlacedAttribute extends ToldAttribute {
  /** The input of a batch that has it, one-hot [examples, categories]. */
  readonly input: string;
}

/** Something that a run predicts: a category, or a number. */
export type PredictedAttribute =
  | { readonly kind: 'category'; readonly name: string; readonly categories: readonly string[] }
  | { readonly kind: 'number'; readonly name: string };

/** Something that a function gives. */
export interface DeployedOutput {
  /** What is predicted; null: features, or an example. */
  readonly attribute: PredictedAttribute | null;
  /** Of one example; of an image or a row [height, width, channels]. */
  readonly shape: readonly number[];
  readonly compute: DeployedComputation;
}

/**
 * A prediction: of a category log-probabilities [examples, categories], of a number [examples, 2] its value and the standard deviation
 * that the run expects of it, both in the number's own unit.
 */
export interface DeployedHead extends DeployedOutput { readonly attribute: PredictedAttribute }

/** A function of trained networks. It can be compiled on an engine (`compileEvaluation`), or recorded as a graph. */
export interface DeployedFunction {
  readonly name: DeployedName;
  /** Whether it reads features beside the batch. */
  readonly readsFeatures: boolean;
  /** What it is told besides. */
  readonly told: readonly PlacedAttribute[];
  readonly outputs: readonly DeployedOutput[];
}

type Described = Pick<RunDescription, 'objective' | 'facts'>;

/**
 * What the networks of a run can do, as its game says: `encoder` makes features [examples, encodedSize] of examples, `decoder` makes
 * examples [examples, height, width, channels] of features and of what it is told, `predictor` gives a prediction of each attribute.
 */
export function deployedFunctions(description: Described): DeployedFunction[] {
  const { objective: { encode, encodedSize }, facts: { shape: { height, width, channels } } } = description;
  const decode = deployedDecoder(description);
  const heads = deployedHeads(description);
  return [
    { name: 'encoder', readsFeatures: false, told: [], outputs: [{ attribute: null, shape: [encodedSize], compute: encode }] },
    ...(decode === null ? [] : [{
      name: 'decoder' as const, readsFeatures: true, told: toldAttributes(description),
      outputs: [{ attribute: null, shape: [height, width, channels], compute: decode }],
    }]),
    ...(heads.length === 0 ? [] : [{ name: 'predictor' as const, readsFeatures: false, told: [], outputs: heads }]),
  ];
}

/** What makes examples of features, told `toldAttributes`; null: the game has no decoder. */
export function deployedDecoder({ objective: { decode } }: Described): DeployedComputation | null {
  if (decode === null) return null;
  return (context, features) => {
    if (features === undefined) throw new TypeError('a decoder reads features');
    return decode(context, features);
  };
}

/** What the decoder of a run is told: all that is forgotten by itself. */
export function toldAttributes({ facts }: Described): PlacedAttribute[] {
  return facts.forgotten.flatMap(({ name, of, categories, isLabel }, place): PlacedAttribute[] => (
    of.length > 1 ? [] : [{ name, categories, input: isLabel ? 'labels' : `forgotten.${place}` }]
  ));
}

/** What a run predicts: each attribute that it keeps; with domain adaptation the label. Empty: nothing. */
export function deployedHeads({ objective: { predict, readKept }, facts }: Described): DeployedHead[] {
  const kept = facts.kept.flatMap((attribute, index): DeployedHead[] => {
    const compute = readKept[index] ?? null;
    if (compute === null) return [];
    return [attribute.kind === 'category' ? category(attribute.name, attribute.categories, compute) : number(attribute, compute)];
  });
  return kept.length > 0 || predict === null ? kept : [category('label', facts.classes, predict)];
}

function category(name: string, categories: readonly string[], compute: DeployedComputation): DeployedHead {
  return { attribute: { kind: 'category', name, categories }, shape: [categories.length], compute };
}

/** The head reads a number with mean 0 and deviation 1 over the training examples, and ln of a variance. */
function number({ name, mean, deviation }: KeptNumber, compute: DeployedComputation): DeployedHead {
  return {
    attribute: { kind: 'number', name }, shape: [2],
    compute: (context) => {
      const { operations } = context;
      const read = compute(context);
      const [standardised, logVariance] = [0, 1].map((column) => operations.slice(read, [0, column], [-1, 1])) as [Tensor, Tensor];
      return operations.concat([
        operations.add(operations.scale(standardised, deviation), operations.constant([mean], [])),
        operations.scale(operations.exp(operations.scale(logVariance, 0.5)), deviation),
      ], 1);
    },
  };
}
