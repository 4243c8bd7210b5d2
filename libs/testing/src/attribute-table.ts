import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Share of the rows whose `y` the best rule names that sees nothing of `a`: the standard normal distribution at the root of 1.25. */
export const BEST_ACCURACY = 0.8682;

interface AttributeTable {
  readonly rows?: number;
  /** Probability that `y` is yes where `a` is red, and no where it is blue; 0.5: they are independent. */
  readonly agreement?: number;
  readonly seed?: number;
}

/**
 * A folder with `table.csv`, whose columns are `y` (yes or no, to be kept), `a` (red or blue, to be forgotten) and three numbers:
 *
 *     x1 = Y / 2 + noise      x2 = 2 A + noise      x3 = Y + noise + x2
 *
 * with Y and A of 1 or -1 and independent standard normal noise. Half of `y` is yes, and half of `a` red.
 *
 * The best features that forget `a` are known. Beside `a` itself, x2 tells nothing of `y`; x3 - x2 and x1 tell `y`, with means 1 and 1/2
 * apart from 0 by deviations of 1, and nothing of `a` beyond what `y` tells. Their best rule names `y` in a share of `BEST_ACCURACY`.
 * No features that are independent of `a` given `y` do better: given `a`, x2 is noise, so that whatever such features are, x1 and x3 - x2
 * with noise drawn anew give the same. With an agreement of 0.5 the same features forget `a` altogether. From all three columns, `a` is
 * named in 97.7 % of rows at least.
 */
export function makeAttributeTable(folder: string, { rows = 2000, agreement = 0.5, seed = 1 }: AttributeTable = {}): void {
  mkdirSync(folder, { recursive: true });
  const lines = Array.from({ length: rows }, (_, row) => {
    const draw = drawsOf(`${seed} ${row}`);
    const a = draw.uniform() < 0.5 ? 1 : -1;
    const y = draw.uniform() < agreement ? a : -a;
    const x2 = 2 * a + draw.normal();
    const numbers = [y / 2 + draw.normal(), x2, y + draw.normal() + x2];
    return [y > 0 ? 'yes' : 'no', a > 0 ? 'red' : 'blue', ...numbers.map((x) => x.toFixed(4))].join();
  });
  writeFileSync(join(folder, 'table.csv'), `${['y,a,x1,x2,x3', ...lines].join('\n')}\n`);
}

/** Numbers out of the SHA-256 of a text, which has eight. */
function drawsOf(text: string): { readonly uniform: () => number; readonly normal: () => number } {
  const digest = createHash('sha256').update(text).digest();
  let used = 0;
  const uniform = (): number => {
    used += 1;
    return (digest.readUInt32LE(4 * (used - 1)) + 0.5) / 2 ** 32;
  };
  // Box and Muller.
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}
