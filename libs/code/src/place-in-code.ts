import { SourceMap, type SourceMapPayload } from 'node:module';
import type { OwnCode } from './own-code.js';

const INLINE_MAP = /^\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/m;
/** How sources of packages and of Lethe itself begin in a source map. */
const NOT_THE_USERS = /^(?:node_modules|@lethe)\//;

/** A place in a source, its line and column from 1. */
interface Place { readonly source: string; readonly line: number; readonly column: number }

/** How the folders begin that code is imported from. */
export const CODE_FOLDERS = 'lethe-code-';

/** How the folder of this code begins: stack traces say by it which code a line is of. */
export function codeFolderPrefix(sha256: string): string {
  return `${CODE_FOLDERS}${sha256.slice(0, 32)}-`;
}

/**
 * Where in the source of the code an error was thrown, or what in it called what threw: `speaker.ts:12:9`.
 * @returns null if no line of the user's sources is in the error's stack, or if the text has no source map
 */
export function placeInModule(error: unknown, { sha256, text }: Pick<OwnCode, 'sha256' | 'text'>): string | null {
  const frames = framesIn(error, sha256);
  const map = frames.length === 0 ? null : sourceMapOf(text);
  // Node has looked at the source map already where it is told to (--enable-source-maps).
  const places = frames.flatMap((frame) => (frame.source === `${sha256}.mjs` ? placeBefore(frame, map) : [frame]));
  const place = places.find(({ source }) => !NOT_THE_USERS.test(source));
  return place === undefined ? null : `${place.source}:${place.line}:${place.column}`;
}

/** The lines of the code in the stack of an error, the innermost first. */
function framesIn(error: unknown, sha256: string): Place[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = [...stack.matchAll(new RegExp(`${codeFolderPrefix(sha256)}\\w+/(.+?):(\\d+):(\\d+)`, 'g'))];
  return frames.map(([, source = '', line, column]) => ({ source, line: Number(line), column: Number(column) }));
}

function sourceMapOf(text: string): SourceMap | null {
  const [, encoded] = INLINE_MAP.exec(text) ?? [];
  return encoded === undefined ? null : new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMapPayload);
}

function placeBefore({ line, column }: Place, map: SourceMap | null): Place[] {
  const entry = map?.findEntry(line - 1, column - 1);
  if (entry === undefined || !('originalSource' in entry)) return [];
  return [{ source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 }];
}
