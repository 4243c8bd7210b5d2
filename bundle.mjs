// Bundles the programs of the workspace with esbuild, each into the `dist` of its project:
//   node bundle.mjs [PROJECT ...]   these projects (all of them if none is named)
//   node bundle.mjs --watch         all of them, and again whenever a source changes
// Types are checked elsewhere (`npm run typecheck`).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The programs of a run: for each project the names in its `dist`, and what they are made of in its `src`. */
export const RUN_PROGRAMS = {
  'apps/coordinator': { main: 'main.ts' },
  'apps/parameter-server': { main: 'main.ts' },
  'apps/worker': { main: 'main.ts', 'heartbeat-thread': 'heartbeat/heartbeat-thread.ts', 'check-engine': 'check-engine.ts' },
};

export const ALL_PROGRAMS = {
  ...RUN_PROGRAMS,
  'apps/e2e': {
    chaos: 'chaos/main.ts',
    leaks: 'leaks/main.ts',
    'large-data': 'large-data/main.ts',
    'inject-faults': 'chaos/inject-faults.ts',
    'stand-in-mnist': 'stand-in-mnist.ts',
  },
  tools: {
    bench: 'bench/main.ts',
    'echo-process': 'bench/scale/echo-process.ts',
    'workers-process': 'bench/scale/workers-process.ts',
    'server-process': 'bench/scale/server-process.ts',
    baselines: 'baselines/main.ts',
    'gpu-check': 'gpu-check/main.ts',
    networks: 'networks/main.ts',
  },
};

/** Installs TensorFlow, for the tests. */
export const SET_UP = { 'libs/tensorflow-setup': { 'set-up-native': 'set-up-native.ts' } };

/** The bindings that libs/optim generates read it from the folder of the program. */
const KERNELS = ['libs/optim/generated/kernels.wasm'];
/** What installs TensorFlow compiles these C++ sources, from the folder of the program. */
const BINDING = [
  ...[
    'tfjs_backend.cc', 'tfjs_binding.cc', 'tfjs_backend.h', 'utils.h', 'napi_auto_ref.h', 'tf_auto_status.h', 'tf_auto_tensor.h',
    'tfe_auto_op.h',
  ].map((name) => `node_modules/@tensorflow/tfjs-node-gpu/binding/${name}`),
  ...['log-level.cc', 'quiet-start.cc'].map((name) => `libs/tensorflow-setup/src/${name}`),
];
/** tfjs's engine on WebAssembly; it never runs threads under Node. */
const WASM_ENGINE = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'].map((name) => (
  `node_modules/@tensorflow/tfjs-backend-wasm/dist/${name}`
));
/** What programs of a project read from the folder that they lie in: paths there, and where they come from. */
const filesBeside = (project) => [
  ...(project in SET_UP ? [] : [...KERNELS, ...WASM_ENGINE].map((path) => ({ out: basename(path, extname(path)), in: path }))),
  ...(project in SET_UP || project === 'apps/coordinator' ? BINDING : []).map((path) => ({
    out: `binding/${basename(path, extname(path))}`, in: path,
  })),
];
/** What decides, besides its sources, what a bundle is. */
const SETTINGS = ['bundle.mjs', 'package-lock.json'];
/** In each `dist`: the time and hash of every other file there, and of every source when it was read. */
const RECORD = 'bundle.json';
/** A process that has just been started may still read parts of a bundle that is replaced. */
const MOST_STARTING_MS = 60_000;

const timeOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
const hashOf = (bytes) => createHash('sha1').update(bytes).digest('base64');

/**
 * Packages of npm are imported when a program runs: in the workspace from where npm has put them for the project that names them, in the
 * package by their names alone, as there is one of each.
 */
const packagesStayOutside = (isPackage) => ({
  name: 'packages-stay-outside',
  setup(build) {
    const packagesOf = (folder) => (existsSync(join(folder, 'package.json')) ? join(folder, 'node_modules') : packagesOf(dirname(folder)));
    build.onResolve({ filter: /^[^./]/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (kind === 'entry-point' || pluginData === 'nested' || path.startsWith('@lethe/')) return undefined;
      if (isPacked(path) || (/^(seedrandom|long)$/.test(path) && isPacked(resolveDir.split('/node_modules/').at(-1)))) return undefined;
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      const isNested = !path.startsWith('node:') && existsSync(join(packagesOf(resolveDir), name));
      if (isPackage || !isNested) return { path, external: true };
      const nested = await build.resolve(path, { resolveDir, kind, pluginData: 'nested' });
      return { path: relative(build.initialOptions.outdir, nested.path), external: true };
    });
  },
});

/**
 * Packages whose JavaScript is part of the programs: tfjs, which takes 290 MB where it is installed, and its binding to TensorFlow, which
 * would have an addon downloaded that Lethe does not use.
 */
const PACKED = ['tfjs', 'tfjs-core', 'tfjs-backend-cpu', 'tfjs-backend-wasm', 'tfjs-node-gpu'].map((name) => `@tensorflow/${name}`);
const isPacked = (path) => PACKED.some((name) => path === name || path.startsWith(`${name}/`));
/** Of these nothing is called: layers and models, a browser's graphics, what fetches, and the protocol buffers of TensorBoard. */
const LEFT_OUT = /^@tensorflow\/tfjs-(layers|converter|data|backend-webgl)$|^node-fetch$|\/api_pb$/;
const partOfThePrograms = {
  name: 'part-of-the-programs',
  setup(build) {
    const isInPacked = ({ kind, resolveDir }) => (
      kind === 'require-call' && /\/node_modules\/(@tensorflow|seedrandom|long)\//.test(`${resolveDir}/`)
    );
    build.onResolve({ filter: LEFT_OUT }, (call) => (isInPacked(call) ? { path: call.path, namespace: 'left-out' } : undefined));
    // What Node itself has is required when a program runs: a module has no `require` of its own.
    build.onResolve({ filter: /^[^./]/ }, (call) => (
      isInPacked(call) && isBuiltin(call.path) ? { path: call.path, namespace: 'required' } : undefined
    ));
    build.onResolve({ filter: /^create-require$/ }, ({ path, namespace }) => (namespace === 'required' ? { path, namespace } : undefined));
    build.onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
    build.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: path === 'create-require'
        ? "import { createRequire } from 'node:module'; export const load = createRequire(import.meta.url);"
        : `module.exports = require('create-require').load(${JSON.stringify(path)});`,
    }));
  },
};

/** Of every bundle. */
const COMMON = {
  metafile: true,
  logLevel: 'silent',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: [], // those of Node, without the one for bundlers
  define: { __dirname: 'import.meta.dirname' }, // of what is part of the programs and no module
  loader: { '.wasm': 'copy', '.cc': 'copy', '.h': 'copy' },
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
};

/** The programs of a project, each with its name in `dist`. */
const entriesOf = (project, programs) =>
  Object.entries(programs).map(([name, source]) => ({ out: name, in: join(project, 'src', source) }));

function optionsOf(workspace, project, programs) {
  return {
    ...COMMON,
    absWorkingDir: workspace,
    entryPoints: [...entriesOf(project, programs), ...filesBeside(project)],
    outdir: join(workspace, project, 'dist'),
    write: false,
    sourcemap: true,
    plugins: [partOfThePrograms, packagesStayOutside(false)],
  };
}

/**
 * Bundles the package into one folder: the programs of a run, by the names of their projects, what a program imports, and what a user's
 * game imports, which is whole by itself: it becomes a part of that game. It has neither source maps nor comments of where this workspace
 * lies.
 * @returns what esbuild says of it
 * @public to tools/src/pack
 */
export async function bundlePackage(outdir, workspace = import.meta.dirname) {
  const { build } = await import('esbuild');
  const programs = Object.entries(RUN_PROGRAMS).flatMap(([project, itsPrograms]) =>
    entriesOf(project, itsPrograms).map(({ out, in: source }) => ({ out: out === 'main' ? basename(project) : out, in: source })));
  const common = { ...COMMON, absWorkingDir: workspace, outdir, plugins: [partOfThePrograms, packagesStayOutside(true)] };
  const parts = await Promise.all([
    build({ ...common, entryPoints: [...programs, ...entriesOf('libs/lethe', { index: 'index.ts' }), ...filesBeside('apps/coordinator')] }),
    build({ ...common, splitting: false, entryPoints: entriesOf('libs/lethe', { game: 'game.ts' }) }),
  ]);
  const [inputs, outputs] = ['inputs', 'outputs'].map((part) => Object.assign({}, ...parts.map(({ metafile }) => metafile[part])));
  return { inputs, outputs };
}

/** Whole or not at all: a process that starts meanwhile reads either the old file or the new one. @returns its time */
function replace(file, bytes) {
  const written = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(written, bytes);
  const time = timeOf(written);
  renameSync(written, file);
  return time;
}

function recordOf(folder) {
  return existsSync(join(folder, RECORD)) ? JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) : { outputs: {}, sources: {} };
}

/** Puts a bundle in place: the parts before the programs that import them. What neither it nor the one before has is removed. */
function place({ outputFiles, metafile }, { workspace, folder, begun }) {
  mkdirSync(folder, { recursive: true });
  const before = Object.keys(recordOf(folder).outputs);
  const isProgram = ({ path }) => metafile.outputs[relative(workspace, path)]?.entryPoint !== undefined;
  const outputs = [...outputFiles].sort((a, b) => isProgram(a) - isProgram(b)).map(({ path, contents }) => {
    const time = replace(path, contents);
    return [relative(folder, path), { time, hash: hashOf(contents) }];
  });
  const sources = [...Object.keys(metafile.inputs), ...SETTINGS].map((path) => {
    const time = timeOf(join(workspace, path));
    const isAsRead = time < begun; // otherwise it may have changed after it was read
    return [path, isAsRead ? { time, hash: hashOf(readFileSync(join(workspace, path))) } : {}];
  });
  replace(join(folder, RECORD), JSON.stringify({ outputs: Object.fromEntries(outputs), sources: Object.fromEntries(sources) }));
  const kept = new Set([RECORD, ...before, ...outputs.map(([name]) => name)].map((path) => path.split('/')[0]));
  const left = readdirSync(folder).filter((name) => !kept.has(name)).map((name) => join(folder, name));
  for (const path of left) if (timeOf(path) < begun - MOST_STARTING_MS) rmSync(path, { recursive: true, force: true });
}

/** The hash is for what was only checked out, or restored by Nx, since. */
function isUnchanged(file, { time, hash }, { orGone }) {
  const found = timeOf(file);
  return found === undefined ? orGone : found === time || hashOf(readFileSync(file)) === hash;
}

/** Whether a bundle is what its sources would be bundled to now. */
function isCurrent(workspace, folder) {
  const { outputs, sources } = recordOf(folder);
  const programs = Object.entries(outputs);
  if (programs.length === 0 || !programs.every(([name, mark]) => isUnchanged(join(folder, name), mark, { orGone: false }))) return false;
  // Who imports a source that is gone has changed too; and what Nx generates is away for a moment while Nx restores it.
  return Object.entries(sources).every(([path, mark]) => isUnchanged(join(workspace, path), mark, { orGone: true }));
}

/** Bundles the programs of these projects. @throws Error saying where a source is wrong; `dist` of its project then stays as it is */
async function bundle(programs, workspace) {
  const { build } = await import('esbuild');
  await Promise.all(Object.entries(programs).map(async ([project, itsPrograms]) => {
    const begun = Date.now();
    place(await build(optionsOf(workspace, project, itsPrograms)), { workspace, folder: join(workspace, project, 'dist'), begun });
  }));
}

/**
 * Bundles what is out of date.
 * @returns the projects that were bundled
 */
export async function bringUpToDate(programs, workspace = import.meta.dirname) {
  const stale = Object.entries(programs).filter(([project]) => !isCurrent(workspace, join(workspace, project, 'dist')));
  if (stale.length > 0) await bundle(Object.fromEntries(stale), workspace);
  return stale.map(([project]) => project);
}

async function watch(workspace) {
  const { context } = await import('esbuild');
  for (const [project, programs] of Object.entries(ALL_PROGRAMS)) {
    const options = optionsOf(workspace, project, programs);
    let begun = 0;
    const placing = {
      name: 'placing',
      setup(build) {
        build.onStart(() => { begun = Date.now(); });
        build.onEnd((result) => {
          if (result.errors.length > 0) return;
          place(result, { workspace, folder: options.outdir, begun });
          console.log(`${new Date().toLocaleTimeString()} ${project} is bundled`);
        });
      },
    };
    await (await context({ ...options, logLevel: 'warning', plugins: [...options.plugins, placing] })).watch();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  const isNamed = ([project]) => named.length === 0 || named.includes(project);
  try {
    if (named[0] === '--watch') await watch(import.meta.dirname);
    else await bundle(Object.fromEntries(Object.entries(ALL_PROGRAMS).filter(isNamed)), import.meta.dirname);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
