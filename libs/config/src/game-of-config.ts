import type { RunConfig } from './run-config.js';

/** What the game of a configuration is called: its kind, or the name that its module gives it. */
export function gameName({ objective }: Pick<RunConfig, 'objective'>): string {
  return objective.kind === 'own' ? objective.game : objective.kind;
}

/** Of what the features are to tell nothing: of what is forgotten, or (`odds`) of it given the kept label. */
export function fairnessOf({ objective }: Pick<RunConfig, 'objective'>): 'parity' | 'odds' {
  return objective.kind === 'forgetting' ? objective.fairness : 'parity';
}

/** Whether there is something to measure when the run is over: a target domain, or what is kept or forgotten by name. */
export function isMeasurable({ data: { domains, keep, forget } }: Pick<RunConfig, 'data'>): boolean {
  return domains !== null || keep.length + forget.length > 0;
}
