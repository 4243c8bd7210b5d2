import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hashOfCode, loadCode, type CodeRole, type OwnCode } from '@lethe/code';
import { LetheError } from '@lethe/errors';
import type { BuildFailure, BuildOptions, BuildResult, Loader, Message, OutputFile } from 'esbuild';
import { allowedImports, isOfLethe } from './allowed-imports.js';
import { BINARY_FILES, TEXT_FILES } from './assets.js';
import { NamesOfSources } from './names-of-sources.js';

/** A bundle may not be larger, in MiB: it goes to every process of the run, and into its folder. */
const LARGEST_MIB = 4;
/** More errors of one module than these are not shown. */
const MOST_SHOWN = 3;

const [COMPUTED_IMPORT, COMPUTED_REQUIRE] = ['unsupported-dynamic-import', 'unsupported-require-call'] as const;
/** What is said of what esbuild calls so. */
const COMPUTED: Readonly<Record<string, string>> = {
  [COMPUTED_IMPORT]: expectedInQuotes('import()'),
  [COMPUTED_REQUIRE]: expectedInQuotes('require()'),
};
const IN_PACKAGE = /(?:^|\/)node_modules\//;

/** A user's module, as it was asked for. */
export interface ModuleFile {
  readonly role: CodeRole;
  /** Absolute, or from the working directory. */
  readonly file: string;
}

/**
 * Makes one module of a user's module and of all that it imports, and loads it into this process. Types are not checked. The text has no
 * path of this machine: the same sources give the same text, and so the same hash, wherever they lie.
 * @throws LetheError CODE_INVALID for a file that is not there, a syntax error (with its place), an import that is not found or that
 * workers could not have (an addon, a file that is too large, a name that is computed when it runs), a bundle that is too large, and as
 * `loadCode` does
 */
export async function bundleCode({ role, file }: ModuleFile): Promise<OwnCode> {
  const from = `--${role} ${file}`;
  const path = resolve(file);
  const isFile = await stat(path).then((found) => found.isFile(), () => false);
  if (!isFile) throw new LetheError('CODE_INVALID', `${from}: expected a module in TypeScript or JavaScript, found no such file`);
  const text = await bundleText(path, from);
  const mebibytes = Buffer.byteLength(text) / 2 ** 20;
  if (mebibytes > LARGEST_MIB) {
    const found = `found ${mebibytes.toFixed(1)} MiB; import less of packages, and read data in the reader instead of importing them`;
    throw new LetheError('CODE_INVALID', `${from}: expected at most ${LARGEST_MIB} MiB with all that it imports, ${found}`);
  }
  return loadCode({ role, sha256: hashOfCode(text), text }, from);
}

async function bundleText(path: string, from: string): Promise<string> {
  const { build } = await import('esbuild'); // only whoever brings code waits for it
  const bundle = await build(optionsOf(path)).catch((error: unknown) => { throw syntaxError(error, from); });
  const { outputFiles, metafile } = bundle;
  const computed = computedImports(bundle, dirname(path)).map(lineOf);
  if (computed.length > 0) throw refusal(computed, from);
  const names = await NamesOfSources.of(Object.keys(metafile.inputs), dirname(path));
  const textOf = (ending: string): string => outputFiles.find((output: OutputFile) => output.path.endsWith(ending))?.text ?? '';
  const map = Buffer.from(names.inMap(textOf('.mjs.map'))).toString('base64');
  return `${names.inText(textOf('.mjs'))}//# sourceMappingURL=data:application/json;base64,${map}\n`;
}

function loadedAs(loader: Loader): (ending: string) => [string, Loader] {
  return (ending) => [ending, loader];
}

function optionsOf(path: string) {
  return {
    entryPoints: [path],
    absWorkingDir: dirname(path),
    outfile: resolve(dirname(path), 'own-code.mjs'),
    write: false,
    metafile: true,
    bundle: true,
    logLevel: 'silent',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: [], // those of Node, without the one for bundlers
    nodePaths: [], // otherwise the environment's
    charset: 'utf8',
    legalComments: 'inline',
    sourcemap: 'external',
    sourcesContent: false,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } }, // one that lies there must not change the bundle
    logOverride: { [COMPUTED_IMPORT]: 'warning', [COMPUTED_REQUIRE]: 'warning' }, // esbuild itself lets them pass
    loader: Object.fromEntries([...TEXT_FILES.map(loadedAs('text')), ...BINARY_FILES.map(loadedAs('binary'))]),
    plugins: [allowedImports],
  } satisfies BuildOptions;
}

function syntaxError(error: unknown, from: string): LetheError {
  if (!isBuildFailure(error)) return new LetheError('CODE_INVALID', `${from}: it could not be bundled`, { cause: error });
  return refusal(error.errors.map(lineOf), from);
}

function refusal(lines: readonly string[], from: string): LetheError {
  const shown = lines.slice(0, MOST_SHOWN);
  const more = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  return new LetheError('CODE_INVALID', `${from}: ${[...shown, ...more].join('; ')}`);
}

/**
 * Imports whose names are computed when they run: what they name would not be in the bundle. Lethe's own are not reached there. Of
 * packages only `import()` in files that have something in the bundle: `require` imports nothing in a bundle, it throws, which packages
 * that look for it expect.
 */
function computedImports({ warnings, metafile }: BuildResult<{ metafile: true }>, folder: string): Message[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const bundled = new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file));
  return warnings.filter(({ id, location }) => {
    if (location === null || !(id in COMPUTED) || isOfLethe(resolve(folder, location.file))) return false;
    return !IN_PACKAGE.test(location.file) || (id === COMPUTED_IMPORT && bundled.has(location.file));
  });
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

/** `speaker.ts:3:14: Expected ";" but found "x"`; columns count from 1, as editors show them. */
function lineOf({ id, text, location }: Message): string {
  const [, unresolved] = /^Could not resolve "(.+)"$/.exec(text) ?? [];
  const what = unresolved === undefined ? (COMPUTED[id] ?? text) : notFound(unresolved);
  return location === null ? what : `${location.file}:${location.line}:${location.column + 1}: ${what}`;
}

function expectedInQuotes(call: string): string {
  return `expected ${call} of a name in quotes, found one that is computed when it runs: workers have the bundle alone`;
}

function notFound(path: string): string {
  const expected = /^[./]/.test(path) ? 'expected a file there, found none' : `expected such a package, found none: npm i ${path}`;
  return `"${path}": ${expected}`;
}
