import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LetheError } from '@lethe/errors';

const CONFIG_FILE = 'config.json';

/**
 * The folder of an existing run that was named on the command line: a name below `--runs-dir`, or a path.
 * @returns its absolute path
 * @throws LetheError RUN_MISSING naming the places that were looked at
 */
export function findRunFolder(run: string, { folder, runsFolder }: { readonly folder: string; readonly runsFolder: string }): string {
  const places = [...new Set([resolve(runsFolder, run), resolve(folder, run)])];
  const found = places.find((place) => existsSync(join(place, CONFIG_FILE)));
  if (found !== undefined) return found;
  const several = places.find((place) => existsSync(join(place, 'trials')));
  if (several !== undefined)
    throw new LetheError(
      'RUN_MISSING',
      `${run}: expected one run, found several, of which each has a folder of its own, like ${join(run, 'trials', '001')}`,
    );
  throw new LetheError('RUN_MISSING', `${run}: expected a run (a folder with ${CONFIG_FILE}), found none at ${places.join(' or ')}`);
}
