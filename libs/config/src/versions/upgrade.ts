import { LetheError } from '@lethe/errors';
import { isTree, valueAt, withValue, type Tree } from '../layer.js';
import { problemsError, shown } from '../problem.js';

/** Brings what the version before wrote to the next version, with the same meaning. */
export type VersionStep = (before: Tree) => Tree;

/** A tree with the settings that are new in a version. @param meant by dotted path, the value that has the meaning of no value */
export function filledIn(before: Tree, meant: Readonly<Record<string, unknown>>): Tree {
  return Object.entries(meant).reduce((tree, [path, value]) => {
    return valueAt(tree, path) === undefined ? withValue(tree, path, value) : tree;
  }, before);
}

/**
 * The content of a file of an earlier version, in the settings of the present one and without the version number. A file that names
 * no version is of version 1. Anything but an object is returned as it is: its reader refuses it.
 * @param steps from version 1 to 2, from 2 to 3 and so on
 * @param name how the file is called in messages
 * @throws LetheError CONFIG_INVALID for a file that a newer Lethe wrote, or a version that is no whole number from 1
 */
export function upgrade(raw: unknown, steps: readonly VersionStep[], name: string): unknown {
  if (!isTree(raw)) return raw;
  const { version = 1, ...before } = raw;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw problemsError([{ where: `version in ${name}`, expected: 'a whole number from 1', found: shown(version) }]);
  }
  const newest = steps.length + 1;
  if (version > newest) {
    const found = `version ${version}, which a newer Lethe wrote; go on with that one`;
    throw new LetheError('CONFIG_INVALID', `${name}: expected version ${newest} or an earlier one, found ${found}`);
  }
  return steps.slice(version - 1).reduce<Tree>((tree, step) => step(tree), before);
}
