import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A failure of the set-up that a person can mend; the message says how. */
export class PythonSetupError extends Error {
  override readonly name = 'PythonSetupError';
}

/** The oldest minor version of Python 3 that the pinned packages install on. */
const OLDEST_MINOR = 11;

export interface Python {
  /** Absolute path of the interpreter. */
  readonly executable: string;
  /** "3.11": packages built for one minor version do not fit another. */
  readonly version: string;
}

/**
 * The first of `candidates` that is new enough and has pip.
 *
 * @throws PythonSetupError with the candidates and what was found
 */
export async function findPython(candidates: readonly string[], environment: NodeJS.ProcessEnv): Promise<Python> {
  const found: string[] = [];
  for (const candidate of candidates) {
    const answer = await probe(candidate, environment);
    if (typeof answer === 'object') return answer;
    found.push(`${candidate}: ${answer}`);
  }
  throw new PythonSetupError(
    `The tests read Lethe's files back with Python's own readers. Expected Python 3.${OLDEST_MINOR} or newer with pip, found ` +
      `${found.join('; ')}. Install it, or set LETHE_PYTHON to an interpreter.`,
  );
}

/** The interpreter, or why it is of no use. */
async function probe(candidate: string, environment: NodeJS.ProcessEnv): Promise<Python | string> {
  const code = 'import sys; print(sys.executable); print("%d.%d" % sys.version_info[:2]); import pip';
  try {
    const { stdout } = await run(candidate, ['-c', code], { env: environment });
    const [executable = '', version = ''] = stdout.split('\n');
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major === 3 && minor >= OLDEST_MINOR ? { executable, version } : `Python ${version}`;
  } catch (error) {
    const { code: reason, stderr = '' } = error as { code?: string | number; stderr?: string };
    if (reason === 'ENOENT') return 'absent';
    return stderr.includes("'pip'") ? 'no pip' : (stderr.trim().split('\n').at(-1) ?? String(reason));
  }
}
