import type { RunDescription } from '@lethe/graphs';
import type { LossContext } from '@lethe/objectives';
import type { Tensor } from '@tensorflow/tfjs';

/** What networks are used for when their training is over. */
export type DeployedName = 'encoder' | 'decoder' | 'predictor';

/** A function of trained networks, in evaluation mode. It can be compiled on an engine (`compileEvaluation`), or recorded as a graph. */
export interface DeployedFunction {
  readonly name: DeployedName;
  /** Whether it reads features beside the batch. */
  readonly readsFeatures: boolean;
  /** Of one example of the result; of an image or a row [height, width, channels]. */
  readonly outputShape: readonly number[];
  /** @param features [examples, encodedSize] where `readsFeatures` */
  readonly compute: (context: LossContext, features?: Tensor) => Tensor;
}

/**
 * What the networks of a run can do, as its game says: `encoder` makes features [examples, encodedSize] of examples, `decoder` makes
 * examples [examples, height, width, channels] of features and of the labels that it is told, `predictor` gives log-probabilities
 * [examples, classes] of examples.
 */
export function deployedFunctions({ objective, facts }: Pick<RunDescription, 'objective' | 'facts'>): DeployedFunction[] {
  const { encode, encodedSize, redraw, predict } = objective;
  const { height, width, channels } = facts.shape;
  return [
    { name: 'encoder', readsFeatures: false, outputShape: [encodedSize], compute: encode },
    ...(redraw === null ? [] : [{
      name: 'decoder' as const, readsFeatures: true, outputShape: [height, width, channels],
      compute: (context: LossContext, features?: Tensor) => {
        if (features === undefined) throw new TypeError('a decoder reads features');
        return redraw(context, features);
      },
    }]),
    ...(predict === null ? [] : [
      { name: 'predictor' as const, readsFeatures: false, outputShape: [facts.classes.length], compute: predict },
    ]),
  ];
}
