import { resolve } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import { optionKey, type ConfigFlag } from '../flags/config-flag.js';
import { COLUMNS, FOLDER, PROBE_LIST } from '../flags/flag-values.js';
import { CONFIG_FLAGS } from '../flags/train-flags.js';
import { isTree, leaves, withValue, type ConfigLayer, type Tree } from '../layer.js';
import { problemsError, shown, type Problem } from '../problem.js';
import { runConfigSchema } from '../run-config.js';
import type { Settings } from './settings.js';

/** The flag of each short name: of a pair like `--rebuild` and `--no-rebuild` the first. */
export const SHORT_NAMES: ReadonlyMap<string, ConfigFlag> = shortNames();
/** Short names of settings that are lists. */
export const LISTED_NAMES: ReadonlySet<string> = new Set(
  [...SHORT_NAMES].filter(([, { value }]) => value === COLUMNS || value === PROBE_LIST).map(([name]) => name),
);
/** Keys of a complete configuration. */
const PARTS: readonly string[] = Object.keys(runConfigSchema.shape);

/** Dotted paths of what a short name sets; any other name is a path itself. */
export function settingPaths(name: string): readonly string[] {
  return SHORT_NAMES.get(name)?.paths ?? [name];
}

/** What a value of that name sets there. @param folder absolute path of the folder where relative paths start */
export function settingValue(name: string, value: unknown, folder: string): unknown {
  const flag = SHORT_NAMES.get(name);
  return flag === undefined ? value : valueOf(flag, value, folder);
}

/** How settings are read. */
export interface SettingsReading {
  /** Absolute path of the folder where relative paths start. */
  readonly folder: string;
  /** How messages name the setting at a dotted path, where not as it was given. */
  readonly nameOf?: ((path: string) => string) | undefined;
}

/**
 * The layer of settings that a program gives: short names, which are those of the flags, and parts of the whole configuration. What is
 * undefined was not given.
 * @throws LetheError CONFIG_INVALID for names that are not known, and for a setting that is given twice
 */
export function settingsLayer(settings: Settings, { folder, nameOf }: SettingsReading): ConfigLayer {
  if (!isTree(settings)) throw problemsError([{ where: 'settings', expected: 'an object', found: shown(settings) }]);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const unknown = given.filter(([key]) => !SHORT_NAMES.has(key) && !PARTS.includes(key)).map(([key]) => unknownSetting(key));
  if (unknown.length > 0) throw problemsError(unknown);
  const names = new Map<string, string>();
  let values: Tree = {};
  for (const [name, path, value] of given.flatMap(([key, value]) => settingsOf(key, value, folder))) {
    const before = names.get(path);
    if (before !== undefined) throw problemsError([{ where: name, expected: `it once (it is ${before} too)`, found: shown(value) }]);
    names.set(path, name);
    values = withValue(values, path, value);
  }
  return { source: 'flags', values, label: (path) => nameOf?.(path) ?? names.get(path) ?? path };
}

type Given = readonly [name: string, path: string, value: unknown];

function settingsOf(key: string, value: unknown, folder: string): Given[] {
  const flag = SHORT_NAMES.get(key);
  // `data` is a short name, for a kind of data, and a part of the configuration.
  if (flag === undefined || isTree(value)) return isTree(value) ? partOf(key, value, folder) : [[key, key, value]];
  return flag.paths.map((path): Given => [key, path, valueOf(flag, value, folder)]);
}

function partOf(part: string, tree: Tree, folder: string): Given[] {
  return leaves(tree, part).filter(([, value]) => value !== undefined).map(([path, value]): Given => (
    [path, path, path === 'data.folder' ? absolute(value, folder) : value]
  ));
}

/** What a flag of that name would set. What is no value of it is named when the configuration is checked. */
function valueOf({ name, value: reading, sets }: ConfigFlag, value: unknown, folder: string): unknown {
  if (reading === FOLDER) return absolute(value, folder);
  if (reading === PROBE_LIST && typeof value === 'string') return PROBE_LIST.read(value) ?? value;
  if (typeof value !== 'boolean' || sets === undefined) return value;
  if (typeof sets === 'number') return value ? sets : 0;
  // `--separately` says that something is not; `--no-grid` has its negation in its name, which is taken off.
  return sets || name.startsWith('no-') ? value : !value;
}

function absolute(value: unknown, folder: string): unknown {
  return typeof value === 'string' ? resolve(folder, value) : value;
}

function unknownSetting(key: string): Problem {
  const meant = didYouMean(key, [...SHORT_NAMES.keys(), ...PARTS]);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return { where: key, expected: 'a known setting', found: `the unknown name ${JSON.stringify(key)}${hint}` };
}

function shortNames(): Map<string, ConfigFlag> {
  const names = new Map<string, ConfigFlag>();
  for (const flag of Object.values(CONFIG_FLAGS).flat()) {
    const name = optionKey(flag.name.replace(/^no-/, ''));
    if (!names.has(name)) names.set(name, flag);
  }
  return names;
}
