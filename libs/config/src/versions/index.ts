import { parseConfig } from '../compile-config.js';
import type { RunConfig } from '../run-config.js';
import { upgrade } from './upgrade.js';
import { toVersion2 } from './version-2.js';
import type { VersionStep } from './version-step.js';

/** In order. A new setting gets a step of its own here, or the runs of before could not be gone on with. */
const STEPS: readonly VersionStep[] = [toVersion2];

/** Of what is written now. */
export const CONFIG_VERSION = STEPS.length + 1;

/**
 * What `config.json` of a run says, whichever version wrote it. Of a part of a configuration, the part.
 * @param name how the file is called in messages
 * @throws LetheError CONFIG_INVALID for a newer version
 */
export function upgradeConfig(raw: unknown, name: string): unknown {
  return upgrade(raw, STEPS, name);
}

/**
 * The configuration of a run as it was saved, by this version or an earlier one. What settings must not say together is checked when flags
 * lie over it: a rule may be younger than the run, and flags may mend what it forbids.
 * @throws LetheError CONFIG_INVALID
 */
export function parseSavedConfig(raw: unknown, name: string): RunConfig {
  return parseConfig(upgradeConfig(raw, name));
}

/** The text in which a run keeps its configuration: `config.json`. */
export function savedConfigJson(config: RunConfig): string {
  return JSON.stringify({ version: CONFIG_VERSION, ...config }, null, 2);
}
