import type { Step } from './messages.js';

/** Whether both name the same inner step of the same phase and round. */
export function isSameStep(a: Step, b: Step): boolean {
  return a.round === b.round && a.phase === b.phase && a.innerStep === b.innerStep;
}

/**
 * A step in words, counted from 1: "round 3, phase classifier, inner step 1".
 *
 * @param phases of the game, in order; without them the phase is named by its number
 */
export function describeStep({ round, phase, innerStep }: Step, phases: readonly { readonly name: string }[] = []): string {
  return `round ${round + 1}, phase ${phases[phase]?.name ?? phase + 1}, inner step ${innerStep + 1}`;
}
