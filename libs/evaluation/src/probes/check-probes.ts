import { LetheError } from '@lethe/errors';
import type { ProbeKind } from '@lethe/protocol';
import { MOST_CLASSES } from '../trees/node-splitter.js';

/**
 * Refuses probes that cannot read so many classes, before anything is computed for them.
 * @throws LetheError CONFIG_INVALID
 */
export function checkProbes(probes: readonly ProbeKind[], classes: number): void {
  if (!probes.includes('forest') || classes <= MOST_CLASSES) return;
  const [most, found] = [MOST_CLASSES, classes].map((count) => count.toLocaleString('en-US'));
  throw new LetheError('CONFIG_INVALID', `--probes: expected no forest, which reads ${most} classes at most, found ${found} classes`);
}
