import { linear as apply, linearTensors } from '../layers.js';
import { checkCount, unfitting, type Layer } from './layer.js';

/** A linear layer with a bias: [inputs] -> [outputs]. */
export function linear(outputs: number): Layer {
  return {
    kind: 'linear',
    place: (name, input) => {
      checkCount(name, 'outputs', outputs);
      const [inputs = 0] = input;
      if (input.length !== 1) throw unfitting(name, 'examples of [numbers]', input, 'Put flatten() in front of it.');
      return {
        output: [outputs],
        tensors: linearTensors(name, inputs, outputs),
        forward: (context, x) => apply(context, name, x),
      };
    },
  };
}
