import { LetheError } from '@lethe/errors';
import type { Objective } from '@lethe/objectives';
import { firstNotFinite } from '@lethe/optim';
import type { Committed, GroupState } from '@lethe/protocol';

/** What is wrong with figures of which one is infinite or none, RUN_DIVERGED; null: nothing. @param where whose figures these are */
export function divergedFigures(figures: Readonly<Record<string, number>>, where: string): LetheError | null {
  const [found] = Object.entries(figures).filter(([, value]) => !Number.isFinite(value));
  return found === undefined ? null : new LetheError('RUN_DIVERGED', `the ${found[0]} of ${where} is not finite, found ${found[1]}`);
}

/** The same of the losses of a step that is in the weights. */
export function divergedStep({ phases }: Objective, { round, phase, losses }: Committed): LetheError | null {
  const { name = String(phase), losses: names = [] } = phases[phase] ?? {};
  return divergedFigures(
    Object.fromEntries(names.map((loss, index) => [loss, losses[index] ?? Number.NaN])),
    `round ${round + 1}, phase ${name},`,
  );
}

/** The same of the state after a number of rounds: the weights, their statistics, the slots and scalars of the optimisers. */
export function divergedState(groups: readonly GroupState[], rounds: number): LetheError | null {
  for (const { group, values, statistics, slots, scalars } of groups) {
    const vectors = { weights: values, statistics: statistics ?? new Float32Array(0), ...slots };
    const found = Object.entries(vectors).find(([, vector]) => firstNotFinite(vector) >= 0)?.[0];
    const part = found ?? (Object.values(scalars).every((scalar) => Number.isFinite(scalar)) ? null : 'scalars');
    if (part !== null)
      return new LetheError('RUN_DIVERGED', `the ${part} of ${group} are not finite after round ${rounds}; no checkpoint is made of that`);
  }
  return null;
}
