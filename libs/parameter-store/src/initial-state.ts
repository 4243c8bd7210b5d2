import type { GroupLayout, GroupState } from '@lethe/protocol';
import { GroupOptimizer, type OptimizationConfig } from './group-optimizer.js';

/** A group's optimiser state at the start: zero moments, and the scalars that the servers of this configuration keep. */
export function initialOptimizerState(layout: GroupLayout, config: OptimizationConfig): Pick<GroupState, 'slots' | 'scalars'> {
  const { slotNames, initialScalars } = new GroupOptimizer(layout, config, 1);
  const slots = Object.fromEntries(slotNames.map((name) => [name, new Float32Array(layout.length)]));
  return { slots, scalars: { ...initialScalars } };
}
