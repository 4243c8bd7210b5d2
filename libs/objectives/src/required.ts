import type { Tensor } from '@tensorflow/tfjs';

/** One of the scalars of a round. */
export function required(scalars: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const scalar = scalars[name];
  if (scalar === undefined) throw new TypeError(`the objective needs the scalar ${name}`);
  return scalar;
}
