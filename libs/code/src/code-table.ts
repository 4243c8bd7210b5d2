import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import { DEFINITIONS, hashOfCode, type CodeRole, type OwnCode, type OwnDefinition } from './own-code.js';
import { removeAbandoned, signOwnership } from './folder-owner.js';
import { CODE_FOLDERS, codeFolderPrefix, placeInModule } from './place-in-code.js';
import { refuseChance } from './refuse-chance.js';

interface LoadedCode {
  readonly code: OwnCode;
  readonly definition: OwnDefinition;
}

/** The code of this process by its hash, as JavaScript has its modules: each is evaluated once, whichever runs name it. */
const TABLE = new Map<string, LoadedCode>();
/** Code that is being evaluated, by its role and hash. */
const loading = new Map<string, Promise<LoadedCode>>();

/** Code whose name is not known before it is loaded. */
export type UnnamedCode = Omit<OwnCode, 'name'> & Partial<Pick<OwnCode, 'name'>>;

/**
 * Evaluates the code in this process, unless it has been, and keeps what it exports.
 * @param from how messages call it; otherwise "the game speaker"
 * @throws LetheError CODE_INVALID if the text is not the one that the hash names, if it throws (with the place in the user's source), or if
 * it exports nothing of its role, also where it has been loaded in the other one; the code of a LetheError that it throws is kept
 */
export async function loadCode(code: UnnamedCode, from?: string): Promise<OwnCode> {
  const { role, name, sha256 } = code;
  const called = from ?? `the ${role} ${name ?? sha256}`;
  const loaded = TABLE.get(sha256) ?? (await evaluated(code, called));
  definitionIn({ default: loaded.definition }, role, called);
  return loaded.code;
}

/** Whether this process has loaded the code of that hash. */
export function isCodeLoaded(sha256: string): boolean {
  return TABLE.has(sha256);
}

/** The code of that hash. @throws LetheError CODE_MISSING if this process has not loaded it */
export function loadedCode(sha256: string): OwnCode {
  return entryFor(sha256).code;
}

/** What the code of that hash exports by default. @throws LetheError CODE_MISSING if this process has not loaded it */
export function definitionOf(sha256: string): OwnDefinition {
  return entryFor(sha256).definition;
}

/**
 * Where in its user's sources code of this process threw an error, or called what threw it: `speaker.ts:12:9`.
 * @returns null if none of that code is in the error's stack
 * @throws LetheError CODE_MISSING if this process has not loaded it
 */
export function placeInCode(error: unknown, sha256: string): string | null {
  return placeInModule(error, loadedCode(sha256));
}

/**
 * Runs what the game of that hash declares, without random numbers and clocks of this process.
 * @throws LetheError TRACE_RANDOMNESS where the game asks for them, CODE_MISSING if this process has not loaded it
 */
export function withoutChance<Result>(sha256: string, run: () => Result): Result {
  const end = refuseChance(loadedCode(sha256));
  try {
    return run();
  } finally {
    end();
  }
}

/** As `placeInCode`, in whichever code of this process it is; null: in none. */
export function placeInLoadedCode(error: unknown): string | null {
  const places = [...TABLE.values()].map(({ code }) => placeInModule(error, code));
  return places.find((place) => place !== null) ?? null;
}

function entryFor(sha256: string): LoadedCode {
  const loaded = TABLE.get(sha256);
  if (loaded !== undefined) return loaded;
  const remedy = 'name its module (--game FILE, --data FILE), or the folder of its run, with the folder code in it';
  throw new LetheError('CODE_MISSING', `expected the code ${sha256} to be loaded, found that it is not; ${remedy}`);
}

/** Who asks for code that is being evaluated waits for that. */
async function evaluated(code: UnnamedCode, from: string): Promise<LoadedCode> {
  const key = `${code.role} ${code.sha256}`;
  const evaluation = loading.get(key) ?? evaluate(code, from);
  loading.set(key, evaluation);
  try {
    const loaded = await evaluation;
    TABLE.set(code.sha256, loaded);
    return loaded;
  } finally {
    loading.delete(key);
  }
}

async function evaluate({ role, sha256, text }: UnnamedCode, from: string): Promise<LoadedCode> {
  const found = hashOfCode(text);
  if (found !== sha256) throw new LetheError('CODE_INVALID', `${from}: expected the SHA-256 ${sha256}, found ${found}: it was changed`);
  const end = role === 'game' ? refuseChance({ sha256, text }) : () => undefined;
  const exported = await importText(text, sha256)
    .catch((error: unknown) => { throw loadError(error, from, { sha256, text }); })
    .finally(end);
  const definition = definitionIn(exported, role, from);
  return { code: { role, name: definition.name, sha256, text }, definition };
}

/** The file lies in a folder of this user alone, and only while it is imported: whoever is killed meanwhile leaves it to the next. */
async function importText(text: string, sha256: string): Promise<Record<string, unknown>> {
  removeAbandoned(tmpdir(), CODE_FOLDERS);
  const folder = await mkdtemp(join(tmpdir(), codeFolderPrefix(sha256)));
  try {
    signOwnership(folder);
    const file = join(folder, `${sha256}.mjs`);
    await writeFile(file, text, { mode: 0o600 });
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function loadError(error: unknown, from: string, code: Pick<OwnCode, 'sha256' | 'text'>): LetheError {
  const place = placeInModule(error, code);
  const where = place === null || errorMessage(error).includes(` at ${place}:`) ? '' : ` at ${place}`;
  const kind = error instanceof Error && errorCode(error) === undefined ? `${error.name}: ` : '';
  const message = `${from}: its module fails while it loads${where}: ${kind}${errorMessage(error)}`;
  return new LetheError(errorCode(error) ?? 'CODE_INVALID', message, { details: { thrown: error } });
}

function definitionIn(exported: Readonly<Record<string, unknown>>, role: CodeRole, from: string): OwnDefinition {
  const { default: found } = exported;
  if (isDefinition(found) && found.kind === DEFINITIONS[role].kind) return found;
  throw new LetheError('CODE_INVALID', `${from}: expected \`${DEFINITIONS[role].written}\`, found ${foundInstead(exported)}`);
}

function isDefinition(value: unknown): value is OwnDefinition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value && typeof value.name === 'string';
}

function foundInstead(exported: Readonly<Record<string, unknown>>): string {
  const { default: found } = exported;
  const names = Object.keys(exported);
  if (names.length === 0) return 'a module that exports nothing';
  if (!('default' in exported)) return `no default export, but ${names.join(', ')}`;
  const other = Object.values(DEFINITIONS).find(({ kind }) => isDefinition(found) && found.kind === kind);
  return other === undefined ? `a default export that is ${wordFor(found)}` : `\`${other.written}\``;
}

function wordFor(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object of another kind' : `a ${typeof value}`;
}
