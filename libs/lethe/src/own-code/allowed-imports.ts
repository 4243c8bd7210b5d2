import { readFile, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { gameModule, INSTALLATION } from '@lethe/programs';
import type { OnResolveArgs, OnResolveResult, PluginBuild, Plugin } from 'esbuild';
import { BINARY_FILES, LARGEST_ASSET_MIB, TEXT_FILES } from './assets.js';

const GAME = '@lethe/lethe/game';
/** A second look at an import, which is left to esbuild. */
const SEEN = 'seen';
const ASSET = new RegExp(`(?:${['.json', ...TEXT_FILES, ...BINARY_FILES].join('|').replaceAll('.', '\\.')})$`);
/** What a package depends on that compiles or fetches an addon. */
const OF_ADDONS = new Set([
  'bindings', 'cmake-js', 'cmake-ts', 'nan', 'node-addon-api', 'node-gyp-build', 'node-pre-gyp', '@mapbox/node-pre-gyp', 'prebuild-install',
]);
/** Packages that exist once for each system: what depends on them has an addon in them. */
const OF_ONE_SYSTEM = /-(?:linux|darwin|win32)-/;

/** What newer versions of Node bring, and the oldest that Lethe runs on (20.19) does not. */
const OF_NEWER_NODE = new Set(['node:ffi', 'node:quic', 'node:sqlite', 'node:vfs']);

/** What is read of a package's manifest. */
interface Manifest {
  readonly gypfile?: unknown;
  readonly binary?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * What a module may import that goes to other machines: sources, small assets, packages of pure JavaScript, what Node brings, and
 * `@lethe/lethe/game`, of this installation.
 */
export const allowedImports: Plugin = {
  name: 'allowed-imports',
  setup(build) {
    build.onResolve({ filter: /./ }, (call) => resolveImport(build, call));
    build.onLoad({ filter: /./, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`, // an ES module has no require
    }));
    build.onLoad({ filter: ASSET }, async ({ path }) => {
      const mebibytes = (await stat(path)).size / 2 ** 20;
      const found = `expected at most ${LARGEST_ASSET_MIB} MiB of a file that is imported, found ${mebibytes.toFixed(1)} MiB`;
      return mebibytes > LARGEST_ASSET_MIB ? failure(`${basename(path)}: ${found}: read it in a reader of data`) : undefined;
    });
  },
};

function failure(text: string): { readonly errors: { readonly text: string }[] } {
  return { errors: [{ text }] };
}

async function resolveImport(build: PluginBuild, call: OnResolveArgs): Promise<OnResolveResult | undefined> {
  const { path, kind, importer, resolveDir } = call;
  if (kind === 'entry-point' || call.pluginData === SEEN) return undefined;
  if (OF_NEWER_NODE.has(path) || (path.startsWith('node:') && !isBuiltin(path))) {
    return failure(`"${path}": expected what Node 20.19 brings, found what it does not have: a worker elsewhere may run on it`);
  }
  if (isBuiltin(path)) {
    const name = path.replace(/^node:/, '');
    return kind === 'require-call' ? { path: name, namespace: 'built-in' } : { path: `node:${name}`, external: true };
  }
  if (path === GAME) return { path: gameModule() };
  if (path.endsWith('.node')) return failure(`"${path}": expected what runs on every machine, found an addon, which is built for one`);
  if (/^[./]/.test(path)) return undefined;
  if (path.startsWith('@lethe/') && !isOfLethe(importer)) return failure(`"${path}": expected ${GAME}, the part of Lethe that is for code`);
  if (path.startsWith('@tensorflow/')) {
    return failure(`"${path}": expected that code computes by the operations of its context, found a second TensorFlow`);
  }
  const resolved = await build.resolve(path, { kind, importer, resolveDir, pluginData: SEEN });
  const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
  if (!(await hasAddon(resolved.path, name))) return undefined;
  return failure(`"${name}": expected a package of pure JavaScript, found one with an addon, which workers elsewhere do not have`);
}

/** Whether a source, named by its absolute path, is Lethe's own. */
export function isOfLethe(source: string): boolean {
  return source.startsWith(join(INSTALLATION, 'libs/')) || source === gameModule();
}

/** Whether the package of that name, one of whose files this is, has an addon, as far as its manifest says. */
async function hasAddon(file: string, name: string): Promise<boolean> {
  const start = file.lastIndexOf(`/node_modules/${name}/`);
  if (start < 0) return false;
  const manifest = await readFile(join(file.slice(0, start), 'node_modules', name, 'package.json'), 'utf8');
  const { gypfile, binary, dependencies = {}, optionalDependencies = {} } = JSON.parse(manifest) as Manifest;
  return gypfile !== undefined || binary !== undefined || Object.keys(dependencies).some((other) => OF_ADDONS.has(other))
    || Object.keys(optionalDependencies).some((other) => OF_ONE_SYSTEM.test(other));
}
