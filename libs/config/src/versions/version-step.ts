import { valueAt, withValue, type Tree } from '../layer.js';

/** Brings what the version before wrote to the next one, so that it goes on meaning what it meant. */
export type VersionStep = (before: Tree) => Tree;

/** A tree with what is new in a version. @param meant by dotted path, what it had meant that nothing was said */
export function filledIn(before: Tree, meant: Readonly<Record<string, unknown>>): Tree {
  return Object.entries(meant).reduce((tree, [path, value]) => (valueAt(tree, path) === undefined ? withValue(tree, path, value) : tree), before);
}
