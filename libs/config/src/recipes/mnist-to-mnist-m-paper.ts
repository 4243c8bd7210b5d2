import { asInThePaper, type AdaptationConfig } from '../adaptation-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as mnistToMnistM } from './mnist-to-mnist-m.js';

/** MNIST to MNIST-M as in Ganin and Lempitsky's paper: their small network and gradient reversal alone. */
export function recipe(machine: Machine): AdaptationConfig {
  return asInThePaper(mnistToMnistM(machine), 'mnist-to-mnist-m-paper', 'paper-mnist');
}
