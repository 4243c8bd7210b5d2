// Fetches the other Node versions that the tests compare bits on: `npx nx run tools:nodes`.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packages that hold nothing but the program, so that no install script is needed. */
const VERSIONS = ['22.23.3', '24.21.0'];
const { LETHE_CACHE, XDG_CACHE_HOME } = process.env;
const cache = LETHE_CACHE ? resolve(LETHE_CACHE) : join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lethe');
const pointerFile = join(import.meta.dirname, '../../generated/nodes-for-tests.json');

/** Where that version's program is, fetched aside and renamed unless it is there. */
async function provide(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, `${name}-${version}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const partial = await mkdtemp(join(cache, '.partial-node-'));
    try {
      console.error(`lethe: fetching Node ${version} for the tests into ${folder}`);
      await run('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', partial]);
      const [archive = ''] = await readdir(partial);
      await run('tar', ['-xzf', join(partial, archive), '-C', partial]);
      await rename(join(partial, 'package'), folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error; // another clone was faster
      });
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  return join(folder, 'bin', 'node');
}

const programs: Record<string, string> = {};
for (const version of VERSIONS) programs[version] = await provide(version);
await mkdir(join(pointerFile, '..'), { recursive: true });
await writeFile(`${pointerFile}.${process.pid}`, JSON.stringify(programs));
await rename(`${pointerFile}.${process.pid}`, pointerFile);
