import { setImmediate } from 'node:timers/promises';
import type { Inputs } from '../model/inputs.js';
import { asBytes, bytesOfExample } from './input-values.js';

/** Bytes that are gathered for the hash at once; one update of a hash takes at most 2^31. */
const PIECE_BYTES = 2 ** 22;

/** Feeds inputs to a hash by pieces, in the order of the rows: the same bytes as those of all of them in one array. */
export async function hashInputs(hash: { update(bytes: Uint8Array): unknown }, inputs: Inputs, rows: Uint32Array): Promise<void> {
  const atOnce = Math.max(1, Math.floor(PIECE_BYTES / bytesOfExample(inputs.shape, inputs.values)));
  for (let first = 0; first < rows.length; first += atOnce) {
    hash.update(asBytes(inputs.gather(rows.subarray(first, first + atOnce))));
    await setImmediate(); // signals are heard meanwhile
  }
}
