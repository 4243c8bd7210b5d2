import { cacheFolder, clearCache, readCache, type CacheContents, type CacheEntry } from '@lethe/lethe';
import { CACHE_KINDS } from '@lethe/lethe/cache-kinds';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatBytes, formatDuration, formatTable } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { CacheCommand } from '../command-line/command.js';
import type { Environment } from './on-examples.js';

/** Says what lies in the cache folder, or removes it and says what was removed. */
export async function runCache({ clear }: CacheCommand, environment: Environment): Promise<number> {
  const folder = cacheFolder(environment);
  const lines = clear === null ? listed(await readCache(folder)) : await cleared(folder, clear);
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

function listed({ folder, entries }: CacheContents): string[] {
  const now = Date.now();
  const age = (writtenMs: number): string => formatDuration((now - writtenMs) / 1000);
  const rows = CACHE_KINDS.flatMap(({ name, holds, otherwise }) => {
    const found = entries.filter(({ kind }) => kind === name);
    const written = found.map(({ writtenMs }) => writtenMs).sort((a, b) => b - a);
    const used = found.filter(({ isUsed }) => isUsed).length;
    return found.length === 0
      ? []
      : [[name, String(found.length), size(found), age(written[0] ?? now), age(written.at(-1) ?? now), String(used), holds, otherwise]];
  });
  if (rows.length === 0) return [`${folder}: nothing is kept there`, ...strangers(entries)];
  return [
    folder,
    ...formatTable([['kind', 'number', 'disk', 'newest', 'oldest', 'in use', 'what it is', 'if missed'], ...rows]),
    `${size(entries.filter(({ kind }) => kind !== null))} in all; npx lethe cache clear KIND removes one kind, without KIND all`,
    ...strangers(entries),
  ];
}

async function cleared(folder: string, kind: Exclude<CacheCommand['clear'], null>): Promise<string[]> {
  const { removed, kept } = await clearCache(folder, kind === 'everything' ? null : kind);
  const lines = CACHE_KINDS.flatMap(({ name, otherwise }) => {
    const [gone, stays] = [removed, kept].map((entries) => entries.filter((entry) => entry.kind === name));
    return [
      ...(gone === undefined || gone.length === 0 ? [] : [`${name}: removed ${gone.length} (${size(gone)}), ${otherwise} when needed`]),
      ...(stays === undefined || stays.length === 0 ? [] : [`${name}: a running process uses ${stays.length} (${size(stays)}), kept`]),
    ];
  });
  return [...lines, `${size(removed)} freed in ${folder}`];
}

/** What is none of Lethe's. */
function strangers(entries: readonly CacheEntry[]): string[] {
  const others = entries.filter(({ kind }) => kind === null);
  return others.length === 0 ? [] : [`not Lethe's, and never removed: ${others.map(({ name }) => name).join(', ')} (${size(others)})`];
}

function size(entries: readonly CacheEntry[]): string {
  return formatBytes(entries.reduce((sum, { bytes }) => sum + bytes, 0));
}
