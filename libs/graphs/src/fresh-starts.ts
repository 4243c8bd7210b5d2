import { initialStatistics, initialValues } from '@lethe/networks';
import type { FreshNetwork, GroupLayout, Step } from '@lethe/protocol';
import { allNetworks, layoutOf, type RunDescription } from './run-description.js';

/** Keeps the seeds of different rounds apart. */
const SEED_STRIDE = 0x9e3779b9;

/**
 * Those networks of a group that start afresh in the next round, which begins once this step is committed, by name.
 * A pure function of run and step: a server that commits the step again, or a resumed run, gets the same values.
 */
export function freshNetworks(
  description: RunDescription,
  group: string,
  { round, phase, innerStep }: Step,
): ReadonlyMap<string, FreshNetwork> {
  const {
    objective: { phases, freshStarts },
    config,
  } = description;
  const isLast = phase === phases.findLastIndex(({ trains }) => trains === group) && innerStep === (phases[phase]?.innerSteps ?? 0) - 1;
  const layout = layoutOf(description, group);
  const due = isLast
    ? freshStarts.filter(({ network, begins }) => begins(round + 1) && layout.segments.some((segment) => segment.network === network))
    : [];
  if (due.length === 0) return new Map();
  const values = initialValues(layout, allNetworks(description.objective), (config.seed + Math.imul(round + 1, SEED_STRIDE)) | 0);
  return new Map(due.map(({ network }) => {
    const segments = layout.segments.filter((segment) => segment.network === network);
    const from = segments[0]?.offset ?? 0;
    const ofNetwork = values.subarray(from, from + segments.reduce((sum, { length }) => sum + length, 0));
    return [network, { values: ofNetwork, statistics: freshStatistics(description, layout, network) }];
  }));
}

/** Running statistics of what the old values made of inputs. Those of the inputs themselves go on. */
function freshStatistics({ objective }: RunDescription, layout: GroupLayout, network: string): FreshNetwork['statistics'] {
  const normalisations = allNetworks(objective).find(({ name }) => name === network)?.normalisations ?? [];
  const kept = new Set(normalisations.filter(({ ofInputs }) => ofInputs).map(({ name }) => `${network}.${name}`));
  const initial = initialStatistics(layout);
  return layout.statistics.filter((segment) => segment.network === network && !kept.has(segment.name)).map(({ offset, channels }) => (
    { offset, values: initial.slice(offset, offset + 2 * channels) }
  ));
}
