import { crossProblems, configWarnings } from './cross-checks.js';
import type { Origins } from './layer.js';
import { problemsError } from './problem.js';
import { withOwnSettings } from './own-game.js';
import { withReaderSettings } from './own-reader.js';
import { runConfigSchema, type RunConfig } from './run-config.js';
import { schemaProblems } from './schema-problems.js';

/** A configuration in which nothing contradicts anything else. */
export interface CheckedConfig {
  readonly config: RunConfig;
  /** Sentences for the user about values that are allowed but perhaps not intended. */
  readonly warnings: readonly string[];
}

/** The configuration of a new run. */
export interface CompiledConfig extends CheckedConfig {
  /** Where its values were given; the others are the recipe's. */
  readonly origins: Origins;
}

/**
 * Checks a complete configuration, rules between settings included, and freezes it.
 * @param raw for example a recipe with flags laid over it
 * @param origins where the values were given: messages name the flag or the file
 * @throws LetheError CONFIG_INVALID naming every problem at once
 */
export function compileConfig(raw: unknown, origins: Origins = new Map()): CompiledConfig {
  const config = parseConfig(raw, origins);
  const problems = crossProblems(config, origins);
  if (problems.length > 0) throw problemsError(problems);
  return { config, warnings: configWarnings(config), origins };
}

/**
 * Checks each setting by itself, but no rules between settings. Freezes the result. The settings of an own game and of an own
 * reader are checked where their code is loaded.
 * @throws LetheError CONFIG_INVALID
 */
export function parseConfig(raw: unknown, origins: Origins = new Map()): RunConfig {
  const parsed = runConfigSchema.safeParse(raw);
  if (!parsed.success) throw problemsError(schemaProblems(parsed.error.issues, raw, origins));
  const played = withOwnSettings(parsed.data, raw, origins);
  const { config, problems: ofReader } = withReaderSettings(played.config, origins);
  const problems = [...played.problems, ...ofReader];
  if (problems.length > 0) throw problemsError(problems);
  return deepFreeze(config);
}

/** Freezes an object and everything in it. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
