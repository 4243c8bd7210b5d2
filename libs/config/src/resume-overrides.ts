import { isDeepStrictEqual } from 'node:util';
import { applyLayer, originsOf } from './apply-layer.js';
import { compileConfig, type CheckedConfig } from './compile-config.js';
import { labelOf, leaves, valueAt, type ConfigLayer, type Origins, type Tree } from './layer.js';
import { problemsError, shown, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';
import { parseSavedConfig } from './versions/saved-config.js';

/**
 * Settings that have no part in the result (but see BIT_CHANGING). The fingerprint of the data shows whether another folder holds the
 * same data.
 */
const FREE = [
  /^cluster\./, /^data\.(folder|unpackedGiB|reading\.memoryMiB)$/, /^patience$/, /^checkpoints\./, /^(grid|evaluation|probes)$/,
];

/** Free to change, but the resumed run then differs from an unbroken one. */
const BIT_CHANGING: Readonly<Record<string, string>> = {
  'cluster.threads': 'the number of threads inside an operation',
  'cluster.engine': 'the engine',
};

/** Whether a setting may change what is computed, if only its last bits. @param path dotted */
export function hasPartInResult(path: string): boolean {
  return !FREE.some((pattern) => pattern.test(path)) || path in BIT_CHANGING;
}

/** A length in the other unit is compared once the data say how many rounds an epoch has. */
function lengthProblem(path: 'epochs' | 'rounds', saved: RunConfig, wanted: unknown): string | undefined {
  const before = saved[path];
  return before !== null && typeof wanted === 'number' && wanted < before
    ? `at least the ${before} ${path} that the run was started with`
    : undefined;
}

function refusals(saved: RunConfig, merged: Tree, origins: Origins): Problem[] {
  return leaves(merged).flatMap(([path, wanted]): Problem[] => {
    const before = valueAt(saved, path);
    if (isDeepStrictEqual(before, wanted) || FREE.some((pattern) => pattern.test(path))) return [];
    let expected: string | undefined = `${shown(before)}, as the run was started (only a new run can change it)`;
    if (path === 'epochs' || path === 'rounds') {
      // Setting one length clears the other; only the one that was set is worth a message.
      if (wanted === null) return [];
      expected = lengthProblem(path, saved, wanted);
    }
    return expected === undefined ? [] : [{ where: labelOf(origins, path), expected, found: shown(wanted) }];
  });
}

function resumeWarnings(saved: RunConfig, config: RunConfig): string[] {
  const changed = Object.entries(BIT_CHANGING).filter(([path]) => valueAt(saved, path) !== valueAt(config, path));
  const consequence = 'changes rounding, so the result will not have the bits of an unbroken run';
  const warnings = changed.map(([path, what]) => `${path}: ${what} ${consequence}`);
  const longer = saved.epochs !== config.epochs || saved.rounds !== config.rounds;
  // What the scalars of an own game depend on is not known here.
  const isRamped = config.objective.kind !== 'forgetting';
  const scheduled = isRamped || Object.values(config.objective.optimizers).some(({ schedule }) => schedule.kind !== 'constant');
  if (longer && scheduled) {
    warnings.push('the run is longer than it was: what follows a schedule is stretched over the new length from here on');
  }
  return warnings;
}

/**
 * The configuration of a run that has a checkpoint: that of its config.json, with the greater of the two lengths if both are epochs or
 * both are rounds.
 * @param saved the content of config.json
 * @param made the configuration with which the checkpoint was made
 * @throws LetheError CONFIG_INVALID naming every setting that has a part in the result and is not what the checkpoint was made with
 */
export function compileBegunConfig(saved: unknown, made: unknown): RunConfig {
  const now = parseSavedConfig(saved, 'config.json');
  const before = parseSavedConfig(made, 'the checkpoint');
  const config = { ...now, epochs: longer(before.epochs, now.epochs), rounds: longer(before.rounds, now.rounds) };
  const problems = refusals(before, config, originsOf([{ source: 'file', values: config, label: (path) => `${path} in config.json` }]));
  if (problems.length > 0) throw problemsError(problems);
  return config;
}

function longer(before: number | null, now: number | null): number | null {
  return before === null || now === null ? now : Math.max(before, now);
}

/**
 * The configuration with which a run is resumed. The cluster, patience, checkpoints, the grid and the place of the data may differ. The
 * run may become longer, also by another unit. Any other difference is refused by name, because the rounds before were computed with the
 * old value.
 * @param saved the content of the run's config.json
 * @throws LetheError CONFIG_INVALID
 */
export function applyResumeOverrides(saved: unknown, layers: readonly ConfigLayer[]): CheckedConfig {
  const before = parseSavedConfig(saved, 'config.json');
  const origins = originsOf(layers);
  const merged = layers.reduce<Tree>(applyLayer, before);
  // A value that no run may have is reported as wrong, not as different: the whole is compiled first.
  const problems = refusals(before, merged, origins);
  if (problems.length > 0) {
    compileConfig(merged, origins);
    throw problemsError(problems);
  }
  const { config, warnings } = compileConfig(merged, origins);
  return { config, warnings: [...resumeWarnings(before, config), ...warnings] };
}
