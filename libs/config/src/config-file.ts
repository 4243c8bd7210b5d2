import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { LetheError } from '@lethe/errors';
import { withDataFolder } from './data-folder.js';
import { isTree, type ConfigLayer, type Tree } from './layer.js';
import { problemsError, shown } from './problem.js';
import { upgradeConfig } from './versions/saved-config.js';

/**
 * The layer of a configuration file: JSON with any part of a run's configuration. Its `data.folder` becomes an absolute path.
 * @param folder where the user typed: the file and the folder of its data are looked for from there
 * @throws LetheError CONFIG_INVALID
 */
export function readConfigFile(file: string, folder: string): ConfigLayer {
  const name = shortPath(file, folder);
  return withDataFolder(configLayer(parseJson(readFlagFile('--config', file, folder), name), name), folder);
}

/**
 * The layer of settings that were read from JSON.
 * @param name how their place is called in messages
 * @throws LetheError CONFIG_INVALID
 */
export function configLayer(values: unknown, name: string): ConfigLayer {
  if (!isTree(values)) throw problemsError([{ where: name, expected: 'a JSON object with settings', found: shown(values) }]);
  // A run's own file names its version. Any other file is written in the settings of the present version.
  const current = values['version'] === undefined ? values : (upgradeConfig(values, name) as Tree);
  return { source: 'file', values: current, label: (path) => `${path} in ${name}` };
}

/** The text of the file that a flag names. @throws LetheError CONFIG_INVALID */
export function readFlagFile(flag: string, file: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    const message = `${flag}: expected a file that can be read, found none at ${shortPath(file, folder)}`;
    throw new LetheError('CONFIG_INVALID', message, { cause: error });
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LetheError('CONFIG_INVALID', `${name}: expected JSON, found something else`, { cause: error });
  }
}

/** How a path is shown to the user: relative if it lies below the folder where they typed. */
function shortPath(path: string, folder: string): string {
  const short = relative(folder, resolve(folder, path));
  return short === '' || short.startsWith('..') ? path : short;
}
