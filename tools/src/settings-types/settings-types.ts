import { join } from 'node:path';
import { runConfigSchema } from '@lethe/config';
import { optionKey, SHORT_NAMES, type ConfigFlag } from '@lethe/config/flags';
import { INSTALLATION } from '@lethe/programs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { z } from 'zod';

/** Where they are. */
export const SETTINGS_FILE = join(INSTALLATION, 'libs/config/src/settings/settings.ts');

/** A JSON schema of the few forms that a run's configuration has. */
interface Schema extends JSONSchema {
  readonly $defs?: Record<string, Schema>;
  readonly properties?: Record<string, Schema>;
  readonly anyOf?: Schema[];
  readonly items?: Schema;
}

/** Stands for every network. */
const EVERY = '*';

const HEAD = `// Made of the schema and the flags by \`npx nx run tools:settings-types\`. What is changed here is lost.
/* eslint-disable max-lines, max-len */

`;
const PARTLY = `/** Settings of a part of which any may be left out; \`*\` stands for every network. */
export type Partly<Part> = Part extends readonly unknown[] | string | number | boolean | null
  ? Part
  : { [Key in keyof Part]?: Key extends 'optimizers' ? Partly<Part[Key]> & { '*'?: Partly<OptimizerSettings> } : Partly<Part[Key]> };
`;

const OPTIONS = {
  bannerComment: '', additionalProperties: false, ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 120 },
};
/** What several networks have alike is a type of its own. */
/** A module of the user. */
const MODULE_TYPE = "`${string}.${'ts' | 'mts' | 'js' | 'mjs'}`";
const DEFINITION = 'OptimizerSettings';
const WHOLE = 'CompleteSettings';

/** The source of the types of settings: plain ones, which an editor shows as they are. */
export async function settingsTypes(): Promise<string> {
  const { $schema: _, $defs, ...raw } = z.toJSONSchema(runConfigSchema, { unrepresentable: 'any' }) as Schema;
  const optimizer = described($defs?.[DEFINITION] ?? {}, `objective.optimizers.${EVERY}`);
  const whole = described(raw, '');
  const complete = {
    ...whole, $defs: { [DEFINITION]: { ...optimizer, description: 'How the weights of a network follow their gradients.' } },
    description: 'The complete configuration of a run, as `config.json` in its folder has it.',
  };
  const ofAllParts = { ...whole, properties: { ...whole.properties, optimizer } };
  const settings = await compile(shortSettings(ofAllParts), 'Settings', OPTIONS);
  // What a program gives may be a constant.
  const given = settings.replaceAll(/(?<=[:|] )string\[\]/g, 'readonly string[]');
  return `${HEAD}${[await compile(complete, WHOLE, OPTIONS), PARTLY, given].join('\n').trimEnd()}\n`;
}

/** The schema with what the flags say about each setting; lists are not to be changed. */
function described({ oneOf, anyOf, minItems: _, ...schema }: Schema, path: string): Schema {
  // Of the kinds of a part exactly one holds: their `kind` says which.
  const options = anyOf ?? (oneOf as Schema[] | undefined);
  const help = [...SHORT_NAMES].find(([, { paths }]) => paths.some((known) => known === path));
  return {
    ...schema,
    ...(help === undefined ? {} : { description: describe(help[1]) }),
    ...(options === undefined ? {} : { anyOf: options.map((option) => described(option, path)) }),
    ...(schema.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([key, value]) => [key, described(value, path === '' ? key : `${path}.${key}`)]),
          ),
        }),
  };
}

/** "weight of hiding against keeping" as a sentence, with what holds where it is not given; flags by their short names. */
function describe({ name, help, otherwise }: ConfigFlag): string {
  const said = name.startsWith('no-') ? `False: ${help}` : `${help.charAt(0).toUpperCase()}${help.slice(1)}`;
  const text = otherwise === undefined ? `${said}.` : `${said}. Default: ${otherwise}.`;
  return text.replace(/, with commas|; the recipes are listed below/g, '').replaceAll(/--([a-z-]+)/g, (_, flag: string) => optionKey(flag));
}

/** Short names, and every part of the configuration, of which any setting may be left out. */
function shortSettings({ properties = {}, ...whole }: Schema): Schema {
  const { optimizer, ...parts } = properties;
  const shorts = [...SHORT_NAMES].map(([name, flag]): [string, Schema] => {
    const [path = ''] = flag.paths;
    const ofNetwork = /^objective\.optimizers\.[^.]+\.(.*)/.exec(path)?.[1];
    const found = ofNetwork === undefined ? at({ ...whole, properties }, path.split('.')) : at(optimizer ?? {}, ofNetwork.split('.'));
    return [name, { ...either(valuesOf(name, flag, found)), description: describe(flag) }];
  });
  const names = new Map(shorts);
  const ofParts = Object.entries(parts).map(([name, part]): [string, Schema] => {
    const short = names.get(name);
    const isPart = part.properties !== undefined || part.anyOf?.some(({ properties: inner }) => inner !== undefined) === true;
    const nested: Schema = isPart ? { tsType: `Partly<${WHOLE}['${name}']>` } : part;
    if (short === undefined) return [name, nested];
    return [name, isPart ? { ...either([short, nested]), description: short.description ?? '' } : short];
  });
  return {
    type: 'object', additionalProperties: false,
    description: 'Settings of a run, over those of its recipe: by the short names, which are those of the flags, or as parts of the whole '
      + 'configuration. A setting is given once.',
    properties: Object.fromEntries([...shorts, ...ofParts]),
  };
}

/** What a short name takes, of what the setting itself is. */
function valuesOf(name: string, { sets, value }: ConfigFlag, found: readonly Schema[]): readonly Schema[] {
  if (typeof sets === 'number') return [...found, { type: 'boolean' }];
  if (name === 'probes') return [{ enum: ['all', 'trees'] }, ...found];
  if (name === 'data') return [...found, { tsType: MODULE_TYPE }];
  const isOpen = found.every(({ type, enum: known }) => type === 'string' && known === undefined);
  return value?.words !== undefined && isOpen ? [{ enum: [...value.words] }] : found;
}

/** Every schema at a path: of parts that come in several kinds, of each. */
function at(schema: Schema, [key, ...rest]: readonly string[]): Schema[] {
  if (key === undefined) return [schema];
  const { anyOf, properties = {} } = schema;
  if (anyOf !== undefined) return anyOf.flatMap((option) => at(option, [key, ...rest]));
  return properties[key] === undefined ? [] : at(properties[key], rest);
}

/** Any of these, each once. */
function either(options: readonly Schema[]): Schema {
  const flat = options.flatMap((option) => option.anyOf ?? [option]).map(({ description: _, ...bare }) => bare as Schema);
  const once = [...new Map(flat.map((option) => [JSON.stringify(option), option])).values()];
  const [first = {}] = once;
  return once.length === 1 ? { ...first } : { anyOf: once };
}
