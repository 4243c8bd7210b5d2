import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPython, PythonSetupError, type Python } from './find-python.js';

const run = promisify(execFile);
const PARTIAL = '.partial-python-';
/** After this long the unfinished folder of a set-up that was killed is removed. */
const ABANDONED_MS = 86_400_000;

export interface PythonSetupOptions {
  /** The user's cache folder, shared by all clones. */
  readonly cache: string;
  readonly requirementsFile: string;
  /** Written last: what the tests read to find the interpreter and its packages. */
  readonly pointerFile: string;
  /** Interpreters to try, best first. */
  readonly candidates: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
}

/**
 * Installs the packages into a folder of their own, once for all clones, and tells the tests where. Only pip is needed:
 * a plain target folder can be built aside and renamed, which a virtual environment cannot.
 *
 * @throws PythonSetupError that says what to install
 */
export async function provisionPython(options: PythonSetupOptions): Promise<void> {
  const python = await findPython(options.candidates, options.environment);
  const requirements = await readFile(options.requirementsFile, 'utf8');
  const key = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const packages = join(options.cache, `python-${python.version}-${process.platform}-${process.arch}-${key}`);
  if (!existsSync(packages)) await install(python, packages, options);
  await writePointer(options.pointerFile, { executable: python.executable, packages });
}

async function install(python: Python, packages: string, options: PythonSetupOptions): Promise<void> {
  const { cache, requirementsFile, environment, report } = options;
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  report(`installing Python's packages for the tests into ${packages}`);
  const partial = await mkdtemp(join(cache, PARTIAL));
  try {
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--only-binary=:all:',
      '--target',
      partial,
      '-r',
      requirementsFile,
    ];
    await run(python.executable, pip, { env: environment });
    await rename(partial, packages);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another clone may have been faster; what it installed is the same.
    if (existsSync(packages)) return;
    const output = (error as { stderr?: string }).stderr?.trim() ?? '';
    throw new PythonSetupError(`pip could not install the tests' Python packages into ${packages}: ${output || String(error)}`, {
      cause: error,
    });
  }
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(PARTIAL)) continue;
    const { mtimeMs } = await stat(join(cache, name));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function writePointer(file: string, pointer: { executable: string; packages: string }): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(temporary, JSON.stringify(pointer));
  await rename(temporary, file);
}
