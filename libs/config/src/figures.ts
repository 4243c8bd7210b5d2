import { configuredGame } from './own-game.js';
import { FIGURES, type RunConfig } from './run-config.js';

/** The figures that a run of this configuration can watch, the usual one first; of a game whose code is not here, the one it watches. */
export function figuresOf({ objective, data, monitor }: Pick<RunConfig, 'objective' | 'data' | 'monitor'>): readonly string[] {
  if (objective.kind === 'own') return configuredGame(objective)?.figures ?? [monitor];
  if (objective.kind === 'domain-adaptation') return FIGURES['domain-adaptation'];
  const keeps = data.keep.length > 0;
  return FIGURES.forgetting.filter((figure) => {
    if (figure === 'reconstruction_mse') return objective.rebuild;
    return keeps || !figure.startsWith('kept_');
  });
}
