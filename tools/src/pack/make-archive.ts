import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Archive } from './archive-rules.js';

/** What `npm pack --json` says. */
interface NpmPacked { readonly filename: string; readonly size: number; readonly files: readonly { readonly path: string }[] }

/** Has npm pack a folder, under our own name: npm's is made of the scope and the name. */
export async function makeArchive(folder: string, { name, into }: { name: string; into: string }): Promise<Archive> {
  await mkdir(into, { recursive: true });
  const argv = ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', argv, { cwd: folder, maxBuffer: 16 * 2 ** 20 });
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, NpmPacked>);
  if (packed === undefined) throw new Error(`expected npm to say what it packed, found ${stdout}`);
  const file = join(into, name);
  await rm(file, { force: true });
  await copyFile(join(folder, packed.filename), file); // the folder may be on another file system
  return { file, bytes: packed.size, paths: packed.files.map(({ path }) => path) };
}
