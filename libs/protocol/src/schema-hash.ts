import { createHash } from 'node:crypto';
import type { GroupLayout, SummaryLayout } from './parameter-layout.js';

/**
 * What tells strangers apart: SHA-256 (hex) over the layout of everything that travels as a flat vector. Two processes
 * with the same hash agree on the meaning of every element.
 *
 * @param summaries one per phase, in the order of the objective's phases.
 */
export function schemaHash(groups: readonly GroupLayout[], summaries: readonly SummaryLayout[] = []): string {
  return createHash('sha256').update(JSON.stringify({ groups, summaries }, sortKeys)).digest('hex');
}

/** JSON.stringify keeps the order in which properties were written; the hash must not depend on that. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
