import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { type CommandOptions, lastLines, runCommand, withTemporaryFolder } from './command.js';
import { ADDON_NAME, QUIET_START_NAME } from './installation.js';
import { diskFull, setupError } from './setup-error.js';
import type { EngineBuild } from './wheels.js';

const require = createRequire(import.meta.url);

/** The C++ sources: those of @tensorflow/tfjs-node-gpu and our own. `bundle.mjs` puts them beside the program. */
const SOURCES = join(import.meta.dirname, 'binding');

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
 * Compiles the binding that @tensorflow/tfjs-node-gpu has as source against the unpacked libraries.
 * It uses Node-API only, so one addon serves every Node version.
 */
export async function compileAddon(folder: string, options: CommandOptions): Promise<void> {
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  await mkdir(folder, { recursive: true });
  await compile(['-Wl,-z,initfirst', source('quiet-start.cc'), '-o', join(folder, QUIET_START_NAME)], folder, options);
  const compilerArguments = [
    '-DNAPI_VERSION=8', '-I', nodeHeaders, '-I', join(folder, 'tensorflow/include'),
    source('tfjs_backend.cc'), source('tfjs_binding.cc'), source('log-level.cc'), '-o', join(folder, ADDON_NAME),
    '-L', join(folder, 'tensorflow'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2',
    '-L', folder, `-l:${QUIET_START_NAME}`,
    // $ORIGIN is the folder that the addon is in, in the cache.
    '-Wl,-rpath,$ORIGIN/tensorflow:$ORIGIN',
  ];
  await compile(compilerArguments, folder, options);
}

function source(name: string): string {
  return join(SOURCES, name);
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
