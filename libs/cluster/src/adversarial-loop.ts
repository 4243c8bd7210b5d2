import type { Objective } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';

/** Whoever computes the steps: a cluster, in this process or across machines. */
export interface StepExecutor {
  /** Has one inner step of one phase computed on the whole global batch; may return before it is in the weights. */
  play(step: Step, scalars: Readonly<Record<string, number>>): Promise<void>;
}

/** How far a game has come: so many rounds, and so many steps of the next one. */
export interface GamePosition {
  readonly rounds: number;
  readonly steps: number;
}

export interface AdversarialLoopOptions {
  readonly objective: Objective;
  readonly executor: StepExecutor;
  readonly from: GamePosition;
  readonly totalRounds: number;
  /** Called when every step of the round has been handed out: evaluations and checkpoints happen here. False ends the game. */
  readonly afterRound: (round: number) => Promise<boolean>;
}

/**
 * The alternating game. In each round every player moves in turn: the classifier learns to read z, then the encoder and
 * the decoder learn to rebuild x while the encoder drives that classifier to chance. Any other game is other phases.
 *
 * @returns the number of rounds played in total, those before `from` included.
 */
export async function adversarialLoop({ objective, executor, from, totalRounds, afterRound }: AdversarialLoopOptions): Promise<number> {
  for (let round = from.rounds; round < totalRounds; round += 1) {
    const scalars = objective.scalars(round);
    const played = round === from.rounds ? from.steps : 0;
    for (const step of stepsOf(objective, round).slice(played)) await executor.play(step, scalars);
    if (!(await afterRound(round))) return round + 1;
  }
  return totalRounds;
}

/** Every turn of every phase of a round, in order. */
function stepsOf({ phases }: Objective, round: number): Step[] {
  return phases.flatMap(({ innerSteps }, phase) => Array.from({ length: innerSteps }, (_, innerStep) => ({ round, phase, innerStep })));
}

/** Where a game stands once this step is played. */
export function positionAfter(objective: Objective, { round, phase, innerStep }: Step): GamePosition {
  const steps = stepsOf(objective, round);
  const played = steps.findIndex((step) => step.phase === phase && step.innerStep === innerStep) + 1;
  return played === steps.length ? { rounds: round + 1, steps: 0 } : { rounds: round, steps: played };
}
