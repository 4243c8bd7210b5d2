import type { Objective } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';

/** Whoever computes the steps: a cluster, in this process or across machines. */
export interface Players {
  /** Has one turn of one phase computed on the whole global batch; may return before it is in the weights. */
  play(step: Step, scalars: Readonly<Record<string, number>>): Promise<void>;
}

export interface AdversarialLoopOptions {
  readonly objective: Objective;
  readonly players: Players;
  readonly firstRound: number;
  readonly totalRounds: number;
  /** Called when every step of the round has been handed out: evaluations and checkpoints happen here. False ends the game. */
  readonly afterRound: (round: number) => Promise<boolean>;
}

/**
 * The alternating game. In each round every player moves in turn: the classifier learns to read z, then the encoder and
 * the decoder learn to rebuild x while the encoder drives that classifier to chance. Any other game is other phases.
 *
 * @returns the number of rounds played in total, those before `firstRound` included.
 */
export async function adversarialLoop({ objective, players, firstRound, totalRounds, afterRound }: AdversarialLoopOptions): Promise<number> {
  for (let round = firstRound; round < totalRounds; round += 1) {
    const scalars = objective.scalars(round);
    for (const [phase, { turns }] of objective.phases.entries()) {
      for (let turn = 0; turn < turns; turn += 1) await players.play({ round, phase, turn }, scalars);
    }
    if (!(await afterRound(round))) return round + 1;
  }
  return totalRounds;
}
