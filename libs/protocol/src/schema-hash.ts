import { createHash } from 'node:crypto';
import type { GroupLayout, SummaryLayout } from './parameter-layout.js';

/**
 * SHA-256 (hex) over the layout of everything that travels as a flat vector. Two processes with the same hash agree on the meaning of
 * every element. Checkpoints keep the hash.
 *
 * @param summaries one per phase, in the order of the objective's phases.
 * @param code the SHA-256 (hex) of each module of the run's user, in the order game, data
 */
export function schemaHash(
  groups: readonly GroupLayout[], summaries: readonly SummaryLayout[] = [], code: readonly string[] = [],
): string {
  // A run without code has the hash that it had when there was none.
  const hashed = code.length === 0 ? { groups, summaries } : { groups, summaries, code };
  return createHash('sha256').update(JSON.stringify(hashed, canonical)).digest('hex');
}

/** The properties under the names that they had when the first checkpoints were written: a new name would change the hash. */
const HASHED_NAMES: Readonly<Record<string, string>> = { network: 'net' };

/** JSON.stringify keeps the order in which properties were written; the hash must not depend on that order. */
function canonical(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const named = Object.entries(value).map(([name, part]): [string, unknown] => [HASHED_NAMES[name] ?? name, part]);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}
