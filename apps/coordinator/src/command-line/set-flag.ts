import { settingPaths } from '@lethe/config/flags';
import { runConfigSchema } from '@lethe/config';
import type { FlagReader } from './flag-values.js';
import type { TypedCommand } from './typed-command.js';

/** Parts of a configuration, which are paths by themselves. */
const PARTS: readonly string[] = Object.keys(runConfigSchema.shape);

/**
 * What `--set` says, each time that it was given: the dotted path of a setting and the text behind its `=`. A name without a dot is a short
 * name, a part of the configuration, or a setting of the game.
 */
export function setTexts(
  reader: FlagReader, options: TypedCommand['options'], expected: string,
): (readonly [path: string, text: string])[] {
  const given = Array.isArray(options['set']) ? (options['set'] as string[]) : [];
  return given.flatMap((typed) => {
    const [, name = '', text = ''] = /^([^=\s]+)=(.+)$/.exec(typed) ?? [];
    if (name !== '') return pathsOf(name).map((path) => [path, text] as const);
    reader.problems.push({ where: '--set', expected: `a setting and ${expected}`, found: `"${typed}"` });
    return [];
  });
}

function pathsOf(name: string): readonly string[] {
  if (name.includes('.') || PARTS.includes(name)) return [name];
  const [path = name, ...further] = settingPaths(name);
  return path === name ? [`objective.${name}`] : [path, ...further];
}
