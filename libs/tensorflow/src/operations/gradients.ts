import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import type { NamedTensors, Objective, ObjectiveGradients, Operations } from './operations.js';

/** Differentiates on tfjs's tape, and carries tensors out of the forward pass that the tape would dispose of. */
export function gradients(tf: typeof tfjs): Operations['gradients'] {
  return <Auxiliary extends NamedTensors>(
    objective: (tensors: readonly Tensor[]) => Objective<Auxiliary>,
    tensors: readonly Tensor[],
  ): ObjectiveGradients<Auxiliary> => {
    let kept: NamedTensors = {};
    const forward = (): Tensor => {
      const { loss, auxiliary } = objective(tensors);
      // Not the tensors themselves, which must not be disposed of: they may be inputs, or saved for the backward pass.
      kept = mapTensors(auxiliary ?? {}, (tensor) => tf.keep(tf.clone(tensor)));
      return tf.reshape(loss, []);
    };
    try {
      // The engine's function, since tf.valueAndGrads refuses tensors that the loss does not depend on.
      const { value, grads } = tf.engine().gradients(forward, [...tensors], undefined, true);
      const all: readonly (Tensor | undefined)[] = grads;
      return {
        loss: value,
        gradients: tensors.map((tensor, index) => all[index] ?? tf.zerosLike(tensor)),
        unreached: tensors.flatMap((_, index) => (all[index] === undefined ? [index] : [])),
        auxiliary: mapTensors(kept, (tensor) => tf.clone(tensor)) as Auxiliary,
      };
    } finally {
      for (const tensor of Object.values(kept)) tensor.dispose();
    }
  };
}

function mapTensors(tensors: NamedTensors, change: (tensor: Tensor) => Tensor): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
