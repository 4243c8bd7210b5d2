import type { Objective } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';

/** Computes the steps of a game: a cluster, in this process or across machines. */
export interface StepExecutor {
  /** Has a step computed on the whole global batch; may return before the step is committed. */
  execute(step: Step, scalars: Readonly<Record<string, number>>): Promise<void>;
}

/** How far a game has come: `rounds` whole rounds, and `steps` steps of the next one. */
export interface GamePosition {
  readonly rounds: number;
  readonly steps: number;
}

export interface AdversarialLoopOptions {
  readonly objective: Objective;
  readonly executor: StepExecutor;
  readonly from: GamePosition;
  readonly totalRounds: number;
  /** Called when every step of the round has been executed: evaluations and checkpoints happen here. False ends the game. */
  readonly afterRound: (round: number) => Promise<boolean>;
}

/**
 * The alternating optimisation of an adversarial game. A round has one phase for each player, and a phase one or more inner steps, each of
 * which descends the gradient of that player's loss while the other networks are held fixed. In the game of forgetting the classifier first
 * learns to read the label from z; then encoder and decoder learn to rebuild x, while the encoder drives that classifier to chance. Another
 * game has other phases.
 *
 * @returns the number of rounds played in total, those before `from` included
 */
export async function adversarialLoop({ objective, executor, from, totalRounds, afterRound }: AdversarialLoopOptions): Promise<number> {
  for (let round = from.rounds; round < totalRounds; round += 1) {
    const scalars = objective.scalars(round);
    const executed = round === from.rounds ? from.steps : 0;
    for (const step of stepsOf(objective, round).slice(executed)) await executor.execute(step, scalars);
    if (!(await afterRound(round))) return round + 1;
  }
  return totalRounds;
}

/** The position of a game whose last step was this one. */
export function positionAfter(objective: Objective, { round, phase, innerStep }: Step): GamePosition {
  const steps = stepsOf(objective, round);
  const executed = steps.findIndex((step) => step.phase === phase && step.innerStep === innerStep) + 1;
  return executed === steps.length ? { rounds: round + 1, steps: 0 } : { rounds: round, steps: executed };
}

/** The inner steps of all phases of a round, in order. */
function stepsOf({ phases }: Objective, round: number): Step[] {
  return phases.flatMap(({ innerSteps }, phase) => Array.from({ length: innerSteps }, (_, innerStep) => ({ round, phase, innerStep })));
}
