// Brings the `dist` of every project up to its `src`, module by module: the programs start in half the time that compiling on
// the way in takes, and do not carry a compiler with them. Types are checked elsewhere (`nx run-many -t typecheck`).
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = /^(?!.*\.(?:spec|d)\.ts$).*\.ts$/;
const OUTPUT = /\.js(?:\.map)?$/;

/** Paths below a folder, without asking the system about each of them, as `recursive` does. */
function filesOf(folder, pattern, below = '') {
  if (below === '' && !existsSync(folder)) return [];
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory()) return filesOf(folder, pattern, path);
    return pattern.test(path) ? [path] : [];
  });
}

const timeOf = (file) => Math.round(statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);

function projectsOf(workspace) {
  const under = (folder) => readdirSync(join(workspace, folder)).map((name) => join(workspace, folder, name));
  return [...under('apps'), ...under('libs'), join(workspace, 'tools')];
}

/** An output has its source's time: another time in either direction means another source. */
function plan(project) {
  const sources = filesOf(join(project, 'src'), SOURCE).map((file) => ({ source: join(project, 'src', file), output: join(project, 'dist', file.replace(/ts$/, 'js')) }));
  const expected = new Set(sources.flatMap(({ output }) => [output, `${output}.map`]));
  return {
    stale: sources.filter(({ source, output }) => timeOf(output) !== timeOf(source)),
    left: filesOf(join(project, 'dist'), OUTPUT).map((file) => join(project, 'dist', file)).filter((file) => !expected.has(file)),
  };
}

/** Whole or not at all: a process that starts meanwhile reads either the old module or the new one. */
function replace(file, bytes, milliseconds) {
  const written = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(written, bytes);
  utimesSync(written, milliseconds / 1000, milliseconds / 1000);
  renameSync(written, file);
}

async function transpile({ source, output }, transform, readFile) {
  const milliseconds = timeOf(source); // before it is read: what is written later is another source
  const { code, map } = await transform(await readFile(source, 'utf8'), {
    loader: 'ts', format: 'esm', target: 'node20', platform: 'node', sourcemap: true, sourcefile: source,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
  });
  replace(`${output}.map`, map, milliseconds);
  replace(output, `${code}//# sourceMappingURL=${output.slice(output.lastIndexOf('/') + 1)}.map\n`, milliseconds);
}

/**
 * Writes what is out of date and removes what has no source any more.
 * @param workspace folder with `apps`, `libs` and `tools`
 * @returns the outputs that were written
 */
export async function transpileWorkspace(workspace) {
  const plans = projectsOf(workspace).map(plan);
  for (const file of plans.flatMap(({ left }) => left)) rmSync(file, { force: true });
  const stale = plans.flatMap((project) => project.stale);
  if (stale.length === 0) return [];
  const [{ transform }, { readFile }] = await Promise.all([import('esbuild'), import('node:fs/promises')]);
  await Promise.all(stale.map((module) => transpile(module, transform, readFile)));
  return stale.map(({ output }) => output);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await transpileWorkspace(fileURLToPath(new URL('../../..', import.meta.url)));
