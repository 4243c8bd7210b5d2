import type { BatchPer } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';

/**
 * The int32 seeds of a shard's dropout masks: two for the stream that stays the same in all steps of a round that see the same batch (one
 * z = E(x)), two for the stream that is drawn anew in every phase and inner step. A pure function, so that a shard that is computed again
 * is the same.
 */
export function dropoutSeeds(
  runSeed: number, { round, phase, innerStep }: Step, { shard, batchPer }: { readonly shard: number; readonly batchPer: BatchPer },
): { round: Int32Array; step: Int32Array } {
  const step = seedPair([runSeed, round, shard, phase + 1, innerStep + 1]);
  return { round: batchPer === 'step' ? step : seedPair([runSeed, round, shard]), step };
}

function seedPair(words: readonly number[]): Int32Array {
  return Int32Array.of(mix(words, 0x9e3779b9), mix(words, 0x85ebca6b));
}

/** MurmurHash3's 32-bit mixing of whole words. */
function mix(words: readonly number[], seed: number): number {
  let hash = seed | 0;
  for (const word of words) {
    let mixed = Math.imul(word | 0, 0xcc9e2d51);
    mixed = (mixed << 15) | (mixed >>> 17);
    hash ^= Math.imul(mixed, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
