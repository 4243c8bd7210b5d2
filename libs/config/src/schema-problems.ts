import { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { joinPath, labelOf, valueAt, type Origins } from './layer.js';
import { shown, type Problem } from './problem.js';
import { runConfigSchema } from './run-config.js';

type Issue = z.core.$ZodIssue;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number', number: 'a number', string: 'text', boolean: 'true or false', object: 'an object', array: 'a list', null: 'null',
};

/** Dotted path of every setting of a run, those of every kind of optimiser included. */
const KNOWN_SETTINGS: readonly string[] = [...new Set(pathsOf(runConfigSchema, ''))];

function pathsOf(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodNullable) return pathsOf(schema.unwrap(), path);
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap((option) => pathsOf(option, path));
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape).flatMap(([key, value]) => pathsOf(value, joinPath(path, key)));
  return [path];
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => String(value)).join(' or ');
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'too_small':
      if (issue.origin === 'string') return 'text that is not empty';
      return `${issue.inclusive === false ? 'a number above' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'a number below' : 'at most'} ${issue.maximum}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options);
      return issue.errors.flat().map(expectation).join(' or ');
    case 'custom':
      return issue.message.replace(/^expected /, '');
    default:
      return issue.message;
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function unknownKeyProblem(parent: string, key: string, { raw, origins, known }: Checked): Problem {
  const path = joinPath(parent, key);
  const where = labelOf(origins, path);
  if (known.includes(path)) {
    return { where, expected: `no ${key} with kind ${String(valueAt(raw, joinPath(parent, 'kind')))}`, found: shown(valueAt(raw, path)) };
  }
  const siblings = known.filter((one) => parent === '' || one.startsWith(`${parent}.`));
  const meant = didYouMean(key, siblings, lastPart) ?? didYouMean(key, known, lastPart);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return { where, expected: 'a known setting', found: `the unknown name ${JSON.stringify(key)}${hint}` };
}

interface Checked {
  readonly raw: unknown;
  readonly origins: Origins;
  readonly known: readonly string[];
}

/**
 * The problems that a schema found, at most one for each setting, in the words of Lethe's messages.
 * @param known dotted paths of the settings that there are
 */
export function schemaProblems(
  issues: readonly Issue[], raw: unknown, origins: Origins, known: readonly string[] = KNOWN_SETTINGS,
): Problem[] {
  const seen = new Set<string>();
  return issues.flatMap((issue): Problem[] => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKeyProblem(path, key, { raw, origins, known }));
    if (seen.has(path)) return [];
    seen.add(path);
    const found = path === '' ? raw : valueAt(raw, path);
    return [{ where: path === '' ? 'configuration' : labelOf(origins, path), expected: expectation(issue), found: shown(found) }];
  });
}
