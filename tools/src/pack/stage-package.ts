import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { PackedFile } from './archive-rules.js';
import type { PackageManifest } from './package-manifest.js';

/** What esbuild says of a bundle, as far as it is read here. */
interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }>>;
}
interface Bundler { readonly bundlePackage: (folder: string) => Promise<Metafile> }

/** The types of what a program imports, and of what a game does, each in one file. */
const TYPES = ['dist/index.d.ts', 'dist/game.d.ts'];
/** What speaks to Ray: Python, which is packed as it is. */
const RAY_MODULE = 'libs/placement/python/lethe_ray';
const COMMAND = `#!/usr/bin/env node
import '../dist/coordinator.js';
`;

/**
 * Puts the package together in a folder.
 * @returns the packages whose code is part of it, as `name version`
 * @throws Error naming a package that a program imports and the manifest lacks
 */
export async function stagePackage(workspace: string, folder: string, manifest: PackageManifest): Promise<string[]> {
  const { bundlePackage } = (await import(join(workspace, 'bundle.mjs'))) as Bundler;
  const metafile = await bundlePackage(join(folder, 'dist'));
  expectDeclared(metafile, manifest);
  for (const types of TYPES) {
    if (!existsSync(join(workspace, types))) throw new Error(`${types}: expected types, found none: npx nx run lethe:types makes them`);
    await cp(join(workspace, types), join(folder, types));
  }
  const isOfPython = (path: string): boolean => !path.endsWith('__pycache__');
  await cp(join(workspace, RAY_MODULE), join(folder, 'dist/lethe_ray'), { recursive: true, filter: isOfPython });
  await cp(join(workspace, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(workspace, 'CHANGELOG.md'), join(folder, 'CHANGELOG.md'));
  for (const name of ['README.md', 'NOTICE']) await cp(join(workspace, 'libs/lethe', name), join(folder, name));
  await write(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await write(join(folder, 'infra/local-cluster.json'), await clusterFile(workspace));
  await write(join(folder, 'bin/lethe.mjs'), COMMAND, 0o755);
  return packedCode(metafile, workspace);
}

async function write(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode });
}

/** How a run's processes are started, with the programs where the package has them. */
async function clusterFile(workspace: string): Promise<string> {
  const text = await readFile(join(workspace, 'infra/local-cluster.json'), 'utf8');
  const programs = text.replaceAll(/"apps\/([\w-]+)\/dist\/main\.js"/g, '"dist/$1.js"');
  return programs.replace('libs/lethe/src/game.ts', 'dist/game.js').replace(RAY_MODULE, 'dist/lethe_ray');
}

function expectDeclared({ outputs }: Metafile, { dependencies }: PackageManifest): void {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const imported = imports.filter(({ external }) => external === true).map(({ path }) => path);
  const isKnown = (path: string): boolean => path.startsWith('node:') || builtinModules.includes(path) || nameOf(path) in dependencies;
  const unknown = imported.find((path) => !isKnown(path));
  if (unknown !== undefined) throw new Error(`expected every package that a program imports among the dependencies, found ${unknown}`);
}

/** `@a/b` of `@a/b/c.js`. */
function nameOf(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

async function packedCode({ inputs }: Metafile, workspace: string): Promise<string[]> {
  const outside = Object.keys(inputs).flatMap((path) => /(?:^|\/)node_modules\/(.+)$/.exec(path)?.[1] ?? []);
  return Promise.all([...new Set(outside.map(nameOf))].map(async (name) => {
    const { version } = JSON.parse(await readFile(join(workspace, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
    return `${name} ${version}`;
  }));
}

/** All files below a folder. */
export async function readFolder(folder: string): Promise<PackedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(entries.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) => {
    const file = join(parentPath, basename(name));
    return { path: relative(folder, file).split(sep).join('/'), bytes: await readFile(file) };
  }));
}
