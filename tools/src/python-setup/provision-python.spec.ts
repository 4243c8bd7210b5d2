import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provisionPython } from './provision-python.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'lethe-python-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

/** No package has to be fetched for these: the requirements are empty or cannot be met. */
async function provision(requirements: string, candidates: readonly string[]): Promise<{ executable: string; packages: string }> {
  const requirementsFile = join(folder, 'requirements.txt');
  const pointerFile = join(folder, 'generated/pointer.json');
  await writeFile(requirementsFile, requirements);
  await provisionPython({
    cache: join(folder, 'cache'),
    requirementsFile,
    pointerFile,
    candidates,
    environment: { ...process.env, PIP_NO_INDEX: '1' },
    report: () => undefined,
  });
  return JSON.parse(await readFile(pointerFile, 'utf8')) as { executable: string; packages: string };
}

async function interpreter(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

describe("the tests' Python", () => {
  it('is named by the pointer, and what is there is not installed again', async () => {
    const { executable, packages } = await provision('# none', ['python3', 'python']);
    expect(executable).toMatch(/^\/.*python/);
    await mkdir(packages, { recursive: true });
    await writeFile(join(packages, 'mine'), '');
    expect((await provision('# none', ['python3', 'python'])).packages).toBe(packages);
    expect(await readdir(packages)).toContain('mine');
  });

  it('leaves nothing half installed, and passes on what pip says', async () => {
    await expect(provision('no-such-package==1', ['python3', 'python'])).rejects.toThrow(
      /No matching distribution found for no-such-package/,
    );
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });

  it('says what was tried where there is none that fits', async () => {
    const old = await interpreter('old', 'printf "/usr/bin/old\\n3.8\\n"');
    const bare = await interpreter('bare', `echo "ModuleNotFoundError: No module named 'pip'" >&2; exit 1`);
    await expect(provision('', [old, bare, join(folder, 'absent')])).rejects.toThrow(
      /Expected Python 3.11 or newer with pip, found .*old: Python 3.8; .*bare: no pip; .*absent: absent/,
    );
  });
});
