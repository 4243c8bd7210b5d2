/**
 * How much of the reversal is in force at progress p (0 to 1): 2 / (1 + exp(-steepness p)) - 1, from 0 towards 1, so that the
 * domain classifier's noise at the start does not spoil the features. The paper's steepness is 10.
 *
 * @see Ganin et al., Domain-Adversarial Training of Neural Networks (JMLR 2016), section 5.2.2
 */
export function reversalRamp(progress: number, steepness: number): number {
  return 2 / (1 + Math.exp(-steepness * progress)) - 1;
}
