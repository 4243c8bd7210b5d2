import { didYouMean, problemsError, shown, type Problem } from '@lethe/config';
import type { DataDefinition } from './define-data.js';

/**
 * The settings of an own reader as its schema makes them, with its defaults.
 * @param given as the configuration has them (`data.own.settings`)
 * @throws LetheError CONFIG_INVALID naming every setting that is wrong or not known
 */
export function ownSettings(
  { name, settings: schema }: Pick<DataDefinition, 'name' | 'settings'>, given: Readonly<Record<string, unknown>>,
): unknown {
  const path = (keys: readonly PropertyKey[]): string => ['data.own.settings', ...keys.map(String)].join('.');
  const { shape } = schema as { readonly shape?: Readonly<Record<string, unknown>> };
  const known = shape === undefined ? null : Object.keys(shape);
  const unknown = known === null ? [] : Object.keys(given).filter((key) => !known.includes(key));
  const problems = unknown.map((key): Problem => {
    const meant = didYouMean(key, known ?? []);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    const all = known?.join(', ') ?? '';
    const expected = `a setting of the reader ${name} (${all === '' ? 'it has none' : all})`;
    return { where: path([key]), expected, found: `${key}${hint}` };
  });
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    for (const { code, path: keys, message } of parsed.error.issues) {
      if (code === 'unrecognized_keys' && known !== null) continue;
      const found = keys.reduce<unknown>((value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key], given);
      problems.push({ where: path(keys), expected: `a setting that the reader ${name} takes (${message})`, found: shown(found) });
    }
  }
  if (problems.length > 0 || !parsed.success) throw problemsError(problems);
  return parsed.data;
}
