import { LetheError } from '@lethe/errors';
import { isTree, type Tree } from '../layer.js';
import { problemsError, shown } from '../problem.js';
import type { VersionStep } from './version-step.js';

/**
 * What a file of an earlier version says, in the words of today's; without the version. A file that names none is of version 1,
 * and what is no object is left for its reader to refuse.
 * @param steps from version 1 to 2, from 2 to 3 and so on
 * @param name how the file is called in messages
 * @throws LetheError CONFIG_INVALID for a file that a newer Lethe wrote, or a version that is none
 */
export function upgrade(raw: unknown, steps: readonly VersionStep[], name: string): unknown {
  if (!isTree(raw)) return raw;
  const { version = 1, ...before } = raw;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw problemsError([{ where: `version in ${name}`, expected: 'a whole number from 1', found: shown(version) }]);
  const newest = steps.length + 1;
  if (version > newest) {
    throw new LetheError('CONFIG_INVALID', `${name}: expected version ${newest} or an earlier one, found version ${version}, which a newer Lethe wrote; go on with that one`);
  }
  return steps.slice(version - 1).reduce<Tree>((tree, step) => step(tree), before);
}
