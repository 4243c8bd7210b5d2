import { definitionOf, isCodeLoaded } from '@lethe/code';
import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { labelOf, OPTIMIZERS, type Origins } from './layer.js';
import type { Problem } from './problem.js';
import type { ObjectiveConfig, RunConfig } from './run-config.js';
import { schemaProblems } from './schema-problems.js';
import type { OptimizerConfig } from './schema/optimizer.js';

/** A game as far as a configuration must know it. */
export interface ConfiguredGame {
  readonly name: string;
  /** Of the game's own settings. */
  readonly settings: z.ZodObject;
  /** Of every network, unless a run says otherwise. */
  readonly optimizers: Readonly<Record<string, OptimizerConfig>>;
  /** Figures that a run can watch, the usual one first. */
  readonly figures: readonly string[];
}

type OwnObjective = Extract<ObjectiveConfig, { kind: 'own' }>;

/** The game of that code; null: its code is not loaded here, or it is a built-in one, which `createObjective` checks. */
export function configuredGame({ code }: Pick<OwnObjective, 'code'>): ConfiguredGame | null {
  return code === null || !isCodeLoaded(code) ? null : (definitionOf(code) as unknown as ConfiguredGame);
}

/** Defaults of all settings that have one. */
export function defaultsOf({ settings }: Pick<ConfiguredGame, 'settings'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings.shape).flatMap(([name, schema]) => {
    const parsed = (schema as z.ZodType).safeParse(undefined);
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data]] : [];
  }));
}

/** A configuration with the settings of its game as the game's schema wants them, and what is wrong with them. */
export function withOwnSettings(config: RunConfig, raw: unknown, origins: Origins): { config: RunConfig; problems: readonly Problem[] } {
  const { objective } = config;
  const game = objective.kind === 'own' ? configuredGame(objective) : null;
  if (objective.kind !== 'own' || game === null) return { config, problems: [] };
  const { kind, game: name, code, optimizers, ...settings } = objective;
  const problems = [...nameProblems(objective, game), ...optimizerProblems(objective, game, origins)];
  const parsed = game.settings.safeParse(settings);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ['objective', ...issue.path] }));
    const known = Object.keys(game.settings.shape).map((key) => `objective.${key}`);
    return { config, problems: [...problems, ...schemaProblems(issues, raw, origins, known)] };
  }
  return { config: { ...config, objective: { kind, game: name, code, optimizers, ...parsed.data } }, problems };
}

function nameProblems({ game: found }: OwnObjective, { name }: ConfiguredGame): Problem[] {
  return found === name ? [] : [{ where: 'objective.game', expected: `${name}, as its code calls it`, found }];
}

/** Every network has an optimiser, and nothing else has. */
function optimizerProblems({ optimizers }: OwnObjective, game: ConfiguredGame, origins: Origins): Problem[] {
  const networks = Object.keys(game.optimizers);
  const where = (network: string): string => labelOf(origins, `${OPTIMIZERS}.${network}`);
  const missing = networks.filter((network) => optimizers[network] === undefined);
  return [
    ...missing.map((network) => ({ where: where(network), expected: 'an optimiser', found: 'nothing' })),
    ...Object.keys(optimizers).filter((network) => !networks.includes(network)).map((network): Problem => {
      const meant = didYouMean(network, networks);
      const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
      return { where: where(network), expected: `networks of the game (${networks.join(', ')})`, found: `${network}${hint}` };
    }),
  ];
}
