import { createHash } from 'node:crypto';

/** What a user's module can be to a run. */
export type CodeRole = 'game' | 'data';

/** A module of a run's user, as every process of the run gets it. */
export interface OwnCode {
  readonly role: CodeRole;
  /** The name that the game or the reader gives itself. */
  readonly name: string;
  /** Of the text, in hex. */
  readonly sha256: string;
  /** One ES module that needs nothing but Node, with an inline source map. */
  readonly text: string;
}

/** What such a module exports by default. What else is in it, `defineGame` and `defineData` know. */
export interface OwnDefinition {
  readonly kind: string;
  readonly name: string;
}

/** What a module of each role exports by default, as its kind says and as a user writes it. */
export const DEFINITIONS: Readonly<Record<CodeRole, { readonly kind: string; readonly written: string }>> = {
  game: { kind: 'lethe-game', written: 'export default defineGame({ ... })' },
  data: { kind: 'lethe-data', written: 'export default defineData({ ... })' },
};

/** The SHA-256 (hex) that names the code of that text. */
export function hashOfCode(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
