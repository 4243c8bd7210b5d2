import type { InputValues } from './compiled-step.js';

/**
 * What several steps compute alike from the same inputs (an encoder's features, read by every phase of a round), so that
 * it is computed once. Engines without graphs share nothing, and every step computes all of it.
 */
export interface SharedComputation {
  /** Inputs that must be the same for all steps that use one result. */
  readonly inputs: readonly string[];
  /** Computes it. Steps compiled together may then be given the result; it stays with the engine until disposed. */
  run(inputs: Readonly<Partial<Record<string, InputValues>>>): SharedValues;
}

/**
 * What a step computes from some of its inputs alone, before the others are known: a decoder's gradients while the classifier's
 * new parameters are on their way.
 */
export interface EarlyComputation {
  /**
   * Computes it, from what the step shares with others and these inputs. The step may then be given the result, or the shared one,
   * which must stay until then.
   */
  run(inputs: Readonly<Partial<Record<string, InputValues>>>, shared?: SharedValues): SharedValues;
}

/** Held by the engine; nothing of it is ever read out. */
export interface SharedValues {
  dispose(): void;
}

/** For engines that run operation by operation. */
export function shareNothing(inputs: readonly string[]): SharedComputation {
  return { inputs, run: () => ({ dispose: () => undefined }) };
}
