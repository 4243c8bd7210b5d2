/** How a learning rate changes over a run; the same shape as in the configuration. */
export interface LearningRateSchedule {
  /** `annealed`: (1 + 10 p)^-0.75 at progress p (Ganin et al., 2016, section 5.2.2). */
  readonly kind: 'constant' | 'linear' | 'cosine' | 'annealed';
  /** Rounds over which the rate climbs linearly from 0: round r of them (0-based) runs at (r + 1) / warmupRounds. */
  readonly warmupRounds: number;
  /** What is left of the rate at the last round (ignored by `constant` and `annealed`). */
  readonly finalFactor: number;
  /** Share of the run's rounds over which the rate changes; it keeps its last factor behind them. */
  readonly until: number;
}

/**
 * The factor on the learning rate at `round` (0-based) of a run of `totalRounds`: a pure function, so that a replayed or
 * resumed round sees the same rate. Rounds past the end keep the last factor.
 */
export function learningRateFactor(schedule: LearningRateSchedule, round: number, totalRounds: number): number {
  const { kind, warmupRounds, finalFactor, until } = schedule;
  if (round < warmupRounds) return (round + 1) / warmupRounds;
  if (kind === 'constant') return 1;
  const lastRound = Math.round(until * totalRounds) - 1;
  const progress = lastRound <= warmupRounds ? 1 : Math.min(1, (round - warmupRounds) / (lastRound - warmupRounds));
  if (kind === 'annealed') return 1 / threeQuarterPower(1 + 10 * progress);
  if (kind === 'linear') return 1 - (1 - finalFactor) * progress;
  return finalFactor + (1 - finalFactor) * ((1 + cosineOfHalfTurns(progress)) / 2);
}

/** Whether the rate has fallen to 0 before the run's end, and stays there. */
export function isOver(schedule: LearningRateSchedule, round: number, totalRounds: number): boolean {
  const { kind, warmupRounds, finalFactor, until } = schedule;
  if (round < warmupRounds) return false;
  return (kind === 'linear' || kind === 'cosine') && finalFactor === 0 && until < 1 && round >= Math.round(until * totalRounds);
}

/** x^0.75 from square roots alone, which are the same in every version of Node; powers need not be. */
function threeQuarterPower(x: number): number {
  return Math.sqrt(x) * Math.sqrt(Math.sqrt(x));
}

/**
 * cos(pi x) for x in [0, 1] from additions and products alone: the engine's own cosine may differ in its last bit from
 * one Node version to the next. Accurate to about 1e-15.
 */
function cosineOfHalfTurns(x: number): number {
  if (x > 0.5) return -cosineOfHalfTurns(1 - x);
  const squared = Math.PI * x * (Math.PI * x);
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 12; k += 1) {
    term *= -squared / ((2 * k - 1) * (2 * k));
    sum += term;
  }
  return sum;
}
