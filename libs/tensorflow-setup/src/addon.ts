import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { type CommandOptions, lastLines, runCommand, withTemporaryFolder } from './command.js';
import { ADDON_NAME, ADDON_PLACE, type FileSizes, QUIET_START_NAME } from './installation.js';
import { diskFull, setupError } from './setup-error.js';
import type { EngineBuild } from './wheels.js';

const require = createRequire(import.meta.url);

/** What `setup.mjs` reads to see within milliseconds that nothing has to be done. */
const stampPlace = 'lib/lethe-setup.json';

const compilerMissing =
  'A C++ compiler is needed once, to compile the binding to TensorFlow, and g++ was not found. ' +
  'Install it (Debian and Ubuntu: apt install g++; Fedora: dnf install gcc-c++).';

/** Fails early, before anything is downloaded, when there is no compiler. */
export async function requireCompiler(options: CommandOptions): Promise<void> {
  const result = await runCommand('g++', ['--version'], options);
  if (result.missing) throw setupError(compilerMissing);
  if (result.exitCode !== 0) throw setupError(`"g++ --version" failed; repair that first:\n${lastLines(result.output)}`);
}

/**
 * Compiles the binding that @tensorflow/tfjs-node-gpu ships as source against the unpacked libraries.
 * It uses Node-API only, so one addon serves every Node version.
 */
export async function compileAddon(folder: string, bindingPackage: string, options: CommandOptions): Promise<void> {
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  await mkdir(folder, { recursive: true });
  await compile(['-Wl,-z,initfirst', source('quiet-start.cc'), '-o', join(folder, QUIET_START_NAME)], folder, options);
  const compilerArguments = [
    '-DNAPI_VERSION=8', '-I', nodeHeaders, '-I', bindingPackage, '-I', join(folder, 'tensorflow/include'),
    join(bindingPackage, 'binding/tfjs_backend.cc'), join(bindingPackage, 'binding/tfjs_binding.cc'),
    source('log-level.cc'), '-o', join(folder, ADDON_NAME),
    '-L', join(folder, 'tensorflow'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2',
    '-L', folder, `-l:${QUIET_START_NAME}`,
    // Node resolves the link in node_modules before it opens the addon, so $ORIGIN is the cache folder.
    '-Wl,-rpath,$ORIGIN/tensorflow:$ORIGIN',
  ];
  await compile(compilerArguments, folder, options);
}

function source(name: string): string {
  return join(import.meta.dirname, name);
}

async function compile(compilerArguments: readonly string[], folder: string, options: CommandOptions): Promise<void> {
  const common = ['-O2', '-std=c++17', '-fPIC', '-shared'];
  const result = await runCommand('g++', [...common, ...compilerArguments], withTemporaryFolder(options, folder));
  if (result.exitCode === 0) return;
  if (result.missing) throw setupError(compilerMissing);
  if (/No space left on device/.test(result.output)) throw diskFull(folder, lastLines(result.output));
  throw setupError(`g++ could not compile the binding to TensorFlow:\n${lastLines(result.output, 20)}`);
}

/** Loads the addon in a process of its own: a library that does not fit this machine must not be published. */
export async function tryAddon(folder: string, build: EngineBuild, options: CommandOptions): Promise<void> {
  const script = 'console.log("version=" + require(process.argv[1]).TF_Version)';
  const quiet = { ...options, environment: { ...options.environment, TF_CPP_MIN_LOG_LEVEL: '3' } };
  const result = await runCommand(process.execPath, ['-e', script, join(folder, ADDON_NAME)], quiet);
  if (result.exitCode === 0 && result.output.includes(`version=${build.version}`)) return;
  throw setupError(`The compiled binding does not load on this machine:\n${lastLines(result.output)}`);
}

/** `key` is opaque here: the caller compares it the next time. */
export interface LinkStamp {
  readonly key: string;
  readonly files: FileSizes;
}

/** Points the package's addon at the cache folder and leaves the stamp of a finished set-up. */
export async function linkAddon(bindingPackage: string, folder: string, stamp: LinkStamp): Promise<void> {
  const link = join(bindingPackage, ADDON_PLACE);
  await mkdir(dirname(link), { recursive: true });
  await replace(link, (temporary) => symlink(join(folder, ADDON_NAME), temporary));
  const files = Object.fromEntries(Object.entries(stamp.files).map(([path, size]) => [join(folder, path), size]));
  const content = JSON.stringify({ key: stamp.key, files });
  await replace(join(bindingPackage, stampPlace), (temporary) => writeFile(temporary, content));
}

/** Makes a file beside its place and renames it there, so that no reader sees it half made. */
async function replace(place: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${place}.${process.pid}`;
  await make(temporary);
  await rename(temporary, place);
}
