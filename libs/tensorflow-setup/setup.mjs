// Makes native TensorFlow loadable: `npx nx run tensorflow-setup:setup`.
// Not cached by Nx: it looks at the files in the user's cache folder, which may have been deleted since.
// Plain JavaScript: it has looked before TypeScript could be loaded.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const sources = join(import.meta.dirname, 'src');

/** @returns {boolean} */
function nvidiaDriver() {
  const chosen = process.env.LETHE_TENSORFLOW; // cpu or cuda, for images that are built where no GPU is
  return chosen ? chosen === 'cuda' : existsSync('/proc/driver/nvidia/version');
}

/** Changes when the set-up itself, the machine's kind or its GPU does. */
function stampKey() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${nvidiaDriver()}`);
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(join(sources, name)));
  return hash.digest('hex');
}

/** @param {string} bindingPackage @param {string} key */
function isCurrent(bindingPackage, key) {
  try {
    const stamp = JSON.parse(readFileSync(join(bindingPackage, 'lib/lethe-setup.json'), 'utf8'));
    const intact = Object.entries(stamp.files).every(([file, size]) => statSync(file).size === size);
    return stamp.key === key && intact && existsSync(join(bindingPackage, 'lib/napi-v8/tfjs_binding.node'));
  } catch {
    return false;
  }
}

function cacheFolder() {
  const { LETHE_CACHE, XDG_CACHE_HOME } = process.env;
  if (LETHE_CACHE) return resolve(LETHE_CACHE);
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lethe');
}

function host() {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const nvidia = nvidiaDriver();
  return { platform: process.platform, architecture: process.arch, glibc: glibcVersionRuntime, nvidiaDriver: nvidia };
}

/** @param {string} bindingPackage @param {string} key */
async function provision(bindingPackage, key) {
  const { register } = await import('tsx/esm/api');
  register();
  const setup = await import('./src/provision.ts');
  const interrupt = new AbortController();
  // pip and g++ get the terminal's signal too and end; what was built is then removed, and the next run starts clean.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort());
  await setup.provision(host(), {
    cache: cacheFolder(),
    bindingPackage,
    stampKey: key,
    environment: process.env,
    report: (line) => console.error(`lethe: ${line}`),
    signal: interrupt.signal,
  });
}

const bindingPackage = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
const key = stampKey();
if (!isCurrent(bindingPackage, key)) {
  try {
    await provision(bindingPackage, key);
  } catch (error) {
    console.error(error?.name === 'LetheError' ? `lethe: ${error.message}` : error);
    // Where there is no native TensorFlow to be had, runs compute on WebAssembly, and say so.
    if (error?.code !== 'ENGINE_UNSUPPORTED_PLATFORM') process.exitCode = 1;
  }
}
