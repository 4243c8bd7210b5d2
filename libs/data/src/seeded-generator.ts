import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** What a seed is used for: each use draws from its own stream, so that one never repeats another. */
type Purpose = 'held-out' | 'batches' | 'test-split' | 'photographs' | 'augmentation' | 'associations' | 'colours' | 'avatars' | 'balance';
type Generator = ReturnType<typeof xoroshiro128plusFromState>;

/** A generator whose 128 bits of state are a hash of the purpose, the seed and a counter or name. */
export function seededGenerator(purpose: Purpose, seed: number, part: number | string): Generator {
  const digest = createHash('sha256').update(JSON.stringify([purpose, seed, part])).digest();
  return xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
}

/** Shuffles in place (Fisher and Yates); every order is equally likely. */
export function shuffle<Items extends Uint32Array | unknown[]>(items: Items, generator: Generator): Items {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const chosen = uniformInt(generator, 0, last);
    const moved = items[chosen];
    items[chosen] = items[last];
    items[last] = moved;
  }
  return items;
}
