// Makes Python's readers of Lethe's files usable by the tests: `npx nx run tools:python`. With the argument `ray`: Ray.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { provisionPython } from './provision-python.js';
import { PythonSetupError } from './find-python.js';

const { LETHE_CACHE, LETHE_PYTHON, XDG_CACHE_HOME } = process.env;
const [requirements, pointer] =
  process.argv[2] === 'ray' ? ['requirements-ray.txt', 'python-for-ray.json'] : ['requirements.txt', 'python-for-tests.json'];

try {
  await provisionPython({
    cache: LETHE_CACHE ? resolve(LETHE_CACHE) : join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lethe'),
    requirementsFile: join(import.meta.dirname, requirements),
    pointerFile: join(import.meta.dirname, '../../generated', pointer),
    candidates: LETHE_PYTHON ? [LETHE_PYTHON] : ['python3', 'python'],
    environment: process.env,
    report: (line) => console.error(`lethe: ${line}`),
  });
} catch (error) {
  if (!(error instanceof PythonSetupError)) throw error;
  console.error(`lethe: ${error.message}`);
  process.exitCode = 1;
}
