import { LetheError } from '@lethe/errors';
import type { Layer } from './layer.js';

/** In training, drops that share of the values and scales the others up; a rate is taken to the nearest of 1/256 ... 255/256. */
export function dropout(rate: number): Layer {
  if (!(rate >= 0 && rate < 1)) throw new LetheError('GAME_INVALID', `dropout expects a rate from 0 to below 1, found ${rate}.`);
  return { kind: 'dropout', place: (_name, input) => ({ output: input, forward: (context, x) => context.dropout(x, rate) }) };
}
