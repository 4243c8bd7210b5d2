import type { RunConfig } from './run-config.js';

/**
 * Whether a run plays the game of the article: it keeps nothing by name, forgets the label alone, and redraws images, which a judge reads.
 * It is measured by what is redrawn; every other run of forgetting by its attributes.
 */
export function isMeasuredByRedrawing({ data: { kind, keep, forget }, objective }: Pick<RunConfig, 'data' | 'objective'>): boolean {
  const isLabelAlone = keep.length === 0 && forget.length === 1 && forget[0] === 'label';
  return objective.kind === 'forgetting' && objective.rebuild && kind !== 'table' && isLabelAlone;
}
