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

/** Held by the engine; nothing of it is ever read out. */
export interface SharedValues {
  dispose(): void;
}

/** For engines that run operation by operation. */
export function shareNothing(inputs: readonly string[]): SharedComputation {
  return { inputs, run: () => ({ dispose: () => undefined }) };
}
