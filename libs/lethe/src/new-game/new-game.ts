import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { problemsError } from '@lethe/config';
import { startFiles, TRAIN_COMMAND } from './start-files.js';

/** What a folder may hold in which a package has just been installed. Its own `package.json` stays. */
const OF_NPM: ReadonlySet<string> = new Set(['package.json', 'package-lock.json', 'node_modules', '.git', '.gitignore', '.npmrc']);
const ARCHIVE = /\.tgz$/;

/** What was written. */
export interface NewGame {
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Trains the game, typed in the folder. */
  readonly trainCommand: string;
}

/**
 * Writes a working start for a game of one's own: `game.ts`, a test, a made table with a protected column, and what npm and editors read.
 *
 * @param folder where; made if it is not there
 * @throws LetheError CONFIG_INVALID for a folder with anything else than npm's files in it, STORAGE_FAILED
 */
export async function newGame(folder: string): Promise<NewGame> {
  const place = resolve(folder);
  const found = await readdir(place).catch((error: unknown): string[] => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw storageError(place, error);
  });
  const others = found.filter((entry) => !OF_NPM.has(entry) && !ARCHIVE.test(entry));
  if (others.length > 0) {
    throw problemsError([{ where: folder, expected: 'an empty folder, or none', found: others.slice(0, 5).join(', ') }]);
  }
  const files = Object.entries(startFiles(packageName(place))).filter(([path]) => !found.includes(path));
  for (const [path, text] of files) {
    const file = join(place, path);
    await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => { throw storageError(file, error); });
    await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => { throw storageError(file, error); });
  }
  return { files: files.map(([path]) => path), trainCommand: TRAIN_COMMAND };
}

/** A name that npm takes. */
function packageName(folder: string): string {
  return basename(folder).toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'own-game';
}
