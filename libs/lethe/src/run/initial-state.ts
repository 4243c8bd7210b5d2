import { initialStatistics, initialValues } from '@lethe/networks';
import { initialOptimizerState } from '@lethe/parameter-store';
import type { GroupState } from '@lethe/protocol';
import { layoutOf, type RunDescription } from '@lethe/graphs';

/** Every group before the first round: PyTorch's initial weights by the run's seed, optimisers at rest. */
export function initialGroups(description: RunDescription): GroupState[] {
  const { objective, config, optimization } = description;
  return objective.groups.map(({ name, networks }) => {
    const layout = layoutOf(description, name);
    const { slots, scalars } = initialOptimizerState(layout, optimization);
    return {
      group: name,
      version: 0,
      values: initialValues(layout, networks, config.seed),
      slots,
      scalars,
      statistics: initialStatistics(layout),
    };
  });
}
