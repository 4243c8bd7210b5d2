import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const POINTER = join(import.meta.dirname, '../../../tools/generated/python-for-tests.json');

/**
 * Runs a program in the Python that has the real `tensorboard`, `safetensors` and `numpy`, and parses the JSON that it
 * prints. `args` arrive as `sys.argv[1:]`.
 */
export async function runPython(program: string, args: readonly string[]): Promise<unknown> {
  const text = await readFile(POINTER, 'utf8').catch((error: unknown) => {
    throw new Error(`${POINTER} is missing: run the tests through nx, or once \`npx nx run tools:python\``, { cause: error });
  });
  const { executable, packages } = JSON.parse(text) as { executable: string; packages: string };
  const { stdout } = await promisify(execFile)(executable, ['-c', program, ...args], {
    env: { PYTHONPATH: packages, PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1' },
  });
  return JSON.parse(stdout) as unknown;
}
