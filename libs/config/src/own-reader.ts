import { isDeepStrictEqual } from 'node:util';
import { definitionOf, isCodeLoaded } from '@lethe/code';
import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { labelOf, type Origins } from './layer.js';
import { problemsError, shown, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';

/** A reader of a module as far as a configuration must know it. */
interface ConfiguredReader {
  readonly name: string;
  /** Of the reader's own settings, an object. */
  readonly settings: z.ZodType;
}

type Given = Readonly<Record<string, unknown>>;
const NONE: Origins = new Map();

/**
 * The settings of an own reader as its schema makes them, with its defaults.
 * @param given as the configuration has them (`data.own.settings`)
 * @throws LetheError CONFIG_INVALID naming every setting that is wrong or not known
 */
export function readerSettings(reader: ConfiguredReader, given: Given): unknown {
  const problems = problemsOf(reader, given, NONE);
  const parsed = reader.settings.safeParse(given);
  if (problems.length > 0 || !parsed.success) throw problemsError(problems);
  return parsed.data;
}

/** A configuration with the defaults of its reader's settings, where the reader's code is loaded, and what is wrong with them. */
export function withReaderSettings(config: RunConfig, origins: Origins): { config: RunConfig; problems: readonly Problem[] } {
  const { own } = config.data;
  if (own === null || !isCodeLoaded(own.code)) return { config, problems: [] };
  const reader = definitionOf(own.code) as unknown as ConfiguredReader;
  const problems = problemsOf(reader, own.settings, origins);
  if (problems.length > 0) return { config, problems };
  return { config: { ...config, data: { ...config.data, own: { ...own, settings: withDefaults(reader, own.settings) } } }, problems };
}

/** Settings that the schema changes otherwise than by its defaults, such as text that it makes a date of, stay as they were given. */
function withDefaults({ settings: schema }: ConfiguredReader, given: Given): Given {
  const { data } = schema.safeParse(given);
  const again = schema.safeParse(data);
  const json = JSON.parse(JSON.stringify(data)) as Given;
  return again.success && isDeepStrictEqual(again.data, data) && isDeepStrictEqual(json, data) ? json : given;
}

function problemsOf({ name, settings: schema }: ConfiguredReader, given: Given, origins: Origins): Problem[] {
  const where = (keys: readonly PropertyKey[]): string => labelOf(origins, ['data.own.settings', ...keys.map(String)].join('.'));
  const { shape } = schema as { readonly shape?: Given };
  const known = shape === undefined ? null : Object.keys(shape);
  const unknown = known === null ? [] : Object.keys(given).filter((key) => !known.includes(key));
  const problems = unknown.map((key): Problem => {
    const meant = didYouMean(key, known ?? []);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    const all = known?.join(', ') ?? '';
    const expected = `a setting of the reader ${name} (${all === '' ? 'it has none' : all})`;
    return { where: where([key]), expected, found: `${key}${hint}` };
  });
  for (const { code, path: keys, message } of schema.safeParse(given).error?.issues ?? []) {
    if (code === 'unrecognized_keys' && known !== null) continue;
    const found = keys.reduce<unknown>((value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key], given);
    problems.push({ where: where(keys), expected: `a setting that the reader ${name} takes (${message})`, found: shown(found) });
  }
  return problems;
}
