import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';

/** Maps [examples, height, width, maps] with told numbers [examples, told] behind them, each as a map of one value. */
export function withToldMaps(operations: Operations, maps: Tensor, told: Tensor): Tensor {
  const [, height = 1, width = 1] = maps.shape;
  const ones = operations.constant(new Array<number>(height * width).fill(1), [1, height, width, 1]);
  const spread = operations.mul(operations.reshape(told, [-1, 1, 1, told.shape[1] ?? 1]), ones);
  return operations.concat([maps, spread], 3);
}
