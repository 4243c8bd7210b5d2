import { splitOf } from '../examples/read-split.js';

/** What a level of folders says of the images in it; null: nothing. */
export type Level = 'split' | 'domain' | 'class' | null;

/** Names of folders that images lie in and that say nothing: "amazon/images/bike", "tench/images/1.jpg". */
const MEANINGLESS = /^(images?|imgs?|photos?|photographs|pictures|pics|data|dataset|jpe?gs?|pngs?)$/i;

/**
 * What each level of folders above images means, by the names in it: words for train, val and test are splits, a name that all images
 * share says nothing, and of the others the last is the class and the one before it the domain.
 * @param names the different names of each level
 * @returns null if more levels are left than have a meaning, or none
 */
export function levelsOf(names: readonly ReadonlySet<string>[]): Level[] | null {
  const split = names.findIndex((level) => level.size > 1 && [...level].every((name) => splitOf(name) !== null));
  const saysNothing = (level: ReadonlySet<string>, index: number): boolean => {
    if (level.size !== 1) return false;
    // The last level is the class, also if there is but one.
    return index < names.length - 1 || [...level].every((name) => MEANINGLESS.test(name));
  };
  const meant = [...names.keys()].filter((index) => index !== split && !saysNothing(names[index] as ReadonlySet<string>, index));
  if (meant.length < 1 || meant.length > 2) return null;
  const levels = names.map((): Level => null);
  if (split >= 0) levels[split] = 'split';
  levels[meant.at(-1) as number] = 'class';
  if (meant.length === 2) levels[meant[0] as number] = 'domain';
  return levels;
}
