import { crossProblems, configWarnings } from './cross-checks.js';
import { deepFreeze } from './deep-freeze.js';
import type { Origins } from './layer.js';
import { problemsError } from './problem.js';
import { runConfigSchema, type RunConfig } from './run-config.js';
import { schemaProblems } from './schema-problems.js';

export interface CompiledConfig {
  readonly config: RunConfig;
  /** Sentences for the user about what is allowed but perhaps not meant. */
  readonly warnings: readonly string[];
}

/**
 * Checks a complete configuration and freezes it.
 * @param raw for example a recipe with flags laid over it
 * @param origins where the values were given, so that messages name the flag or file
 * @throws LetheError CONFIG_INVALID naming every problem at once
 */
export function compileConfig(raw: unknown, origins: Origins = new Map()): CompiledConfig {
  const config = parseConfig(raw, origins);
  const problems = crossProblems(config, origins);
  if (problems.length > 0) throw problemsError(problems);
  return { config, warnings: configWarnings(config) };
}

/** Like `compileConfig`, but checks each setting by itself, and not what they mean together. @throws LetheError CONFIG_INVALID */
export function parseConfig(raw: unknown, origins: Origins = new Map()): RunConfig {
  const parsed = runConfigSchema.safeParse(raw);
  if (!parsed.success) throw problemsError(schemaProblems(parsed.error.issues, raw, origins));
  return deepFreeze(parsed.data);
}
