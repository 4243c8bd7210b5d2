import { createHash } from 'node:crypto';
import type { GroupState } from '@lethe/protocol';

/**
 * SHA-256 (hex) over the weights: for each group, by name, the bytes of its values and then of its running statistics.
 * Two runs with the same hash have the same bits. @param groups whole groups, not a server's slices
 */
export function weightsHash(groups: readonly GroupState[]): string {
  const hash = createHash('sha256');
  // Sorted by name: the caller's order does not matter.
  for (const { values, statistics } of [...groups].sort((a, b) => (a.group < b.group ? -1 : 1))) {
    hash.update(bytesOf(values));
    if (statistics !== null) hash.update(bytesOf(statistics));
  }
  return hash.digest('hex');
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
