import type { OptimizerConfig } from '@lethe/config';
import {
  createUpdateRule, flushSubnormal, isOver, learningRateFactor, optimizerOf, type Optimization, type OptimizerBuffers, type UpdateRule,
} from '@lethe/optim';
import { networkSlices, type FreshNetwork, type GroupLayout, type GroupState, type Slice } from '@lethe/protocol';

/** Slot with the average of the values. */
export const AVERAGE = 'average';

interface NetworkOptimizer {
  readonly network: string;
  /** The network's elements in the group's flat vector. */
  readonly range: Slice;
  readonly config: OptimizerConfig;
  readonly rule: UpdateRule;
  /** Decay of the average; 0: the average is the values, in a group of which other networks are averaged; null: none is kept. */
  readonly averaging: number | null;
}

/** What all chunks of one commit have in common. */
export interface CommitTerms {
  readonly round: number;
  /** Scalars after `advance`. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Float32 factor on the summed gradient: 1 / shards, times the clipping factor. */
  readonly gradientScale: number;
  /** The networks that start afresh instead of being updated, by name. */
  readonly fresh: ReadonlyMap<string, Pick<FreshNetwork, 'values'>>;
}

export interface ChunkUpdate {
  readonly chunk: Slice;
  /** Sum over shards of the chunk's gradient. */
  readonly gradient: Float32Array;
  /** First element of the buffers, in the group's flat vector. */
  readonly bufferOffset: number;
  /** Updated in place. */
  readonly state: OptimizerBuffers;
}

/** The update rules of a group: each network has its own rule, learning rate and scalars ("encoder.firstCorrection"). */
export class GroupOptimizer {
  /** Per-element state of any of the group's rules, each as long as the values. */
  readonly slotNames: readonly string[];
  readonly initialScalars: Readonly<Record<string, number>>;
  readonly #networks: readonly NetworkOptimizer[];
  readonly #totalRounds: number;

  constructor(layout: GroupLayout, optimization: Optimization, totalRounds: number) {
    const { averaging, averagedNetworks } = optimization;
    const ranges = networkSlices(layout);
    const isAveraged = averaging !== null && ranges.some(({ network }) => averagedNetworks.includes(network));
    this.#networks = ranges.map(({ network, from, to }) => {
      const config = optimizerOf(optimization, network);
      return {
        network,
        range: { from, to },
        config,
        rule: createUpdateRule(config),
        averaging: !isAveraged ? null : averagedNetworks.includes(network) ? averaging : 0,
      };
    });
    this.#totalRounds = totalRounds;
    this.slotNames = [...new Set(this.#networks.flatMap(({ rule }) => rule.slotNames)), ...(isAveraged ? [AVERAGE] : [])];
    this.initialScalars = this.#scalars(beginning);
  }

  /**
   * The scalars of the next commit. A network that starts afresh in it has those of a beginning: its moments are zero again, and what
   * corrects them for that counts from there.
   *
   * @param fresh names of the networks that start afresh
   */
  advance(scalars: Readonly<Record<string, number>>, fresh: Iterable<string>): Record<string, number> {
    const begins = new Set(fresh);
    return this.#scalars((optimizer) => {
      if (begins.has(optimizer.network)) return beginning(optimizer);
      const before = scalarsOf(optimizer.network, scalars);
      return { ...optimizer.rule.advance(before), ...(optimizer.averaging === null ? {} : { averaged: (before['averaged'] ?? 0) + 1 }) };
    });
  }

  /** The networks that are learnt no more, by name. */
  resting(round: number): ReadonlySet<string> {
    return new Set(this.#networks.filter(({ config }) => isOver(config.schedule, round, this.#totalRounds)).map(({ network }) => network));
  }

  /** Turns the chunk's values and slots into the next ones. */
  update({ chunk, gradient, bufferOffset, state }: ChunkUpdate, { round, scalars, gradientScale, fresh }: CommitTerms): void {
    for (const { network, range, config, rule, averaging } of this.#networks) {
      const from = Math.max(chunk.from, range.from);
      const to = Math.min(chunk.to, range.to);
      if (to <= from) continue;
      const afresh = fresh.get(network)?.values;
      if (afresh !== undefined) {
        for (const slot of Object.values(state.slots)) slot.fill(0, from - bufferOffset, to - bufferOffset);
        for (const vector of [state.values, state.slots[AVERAGE]])
          vector?.set(afresh.subarray(from - range.from, to - range.from), from - bufferOffset);
        continue;
      }
      const rate = config.learningRate * learningRateFactor(config.schedule, round, this.#totalRounds);
      rule.update(
        {
          from: from - bufferOffset,
          to: to - bufferOffset,
          gradient: gradient.subarray(from - chunk.from, to - chunk.from),
          gradientScale,
          state,
        },
        { rate, scalars: scalarsOf(network, scalars) },
      );
      if (averaging !== null)
        average({ from: from - bufferOffset, to: to - bufferOffset }, state, averageDecay(averaging, scalarsOf(network, scalars)));
    }
  }

  #scalars(ofNetwork: (network: NetworkOptimizer) => Readonly<Record<string, number>>): Record<string, number> {
    const entries = this.#networks.flatMap((network) =>
      Object.entries(ofNetwork(network)).map(([name, value]) => [`${network.network}.${name}`, value]),
    );
    return Object.fromEntries(entries) as Record<string, number>;
  }
}

/** A group's optimiser state at the start: zero moments, and the scalars that the servers of this configuration keep. */
export function initialOptimizerState(layout: GroupLayout, optimization: Optimization): Pick<GroupState, 'slots' | 'scalars'> {
  const { slotNames, initialScalars } = new GroupOptimizer(layout, optimization, 1);
  const slots = Object.fromEntries(slotNames.map((name) => [name, new Float32Array(layout.length)]));
  return { slots, scalars: { ...initialScalars } };
}

/** A network's scalars before its first commit. */
function beginning({ rule, averaging }: NetworkOptimizer): Record<string, number> {
  return { ...rule.initialScalars, ...(averaging === null ? {} : { averaged: 0 }) };
}

/** A short memory at first, so that the start is forgotten: commit t keeps at most (t - 1) / (t + 9) of the average. */
function averageDecay(decay: number, { averaged = 1 }: Readonly<Record<string, number>>): number {
  return Math.fround(Math.min(decay, (averaged - 1) / (averaged + 9)));
}

function average({ from, to }: Slice, { values, slots }: OptimizerBuffers, decay: number): void {
  const averages = slots[AVERAGE];
  if (averages === undefined) throw new TypeError('the state has no average');
  const share = Math.fround(1 - decay);
  for (let index = from; index < to; index += 1) {
    averages[index] = flushSubnormal(
      Math.fround(Math.fround(decay * (averages[index] as number)) + Math.fround(share * (values[index] as number))),
    );
  }
}

function scalarsOf(network: string, scalars: Readonly<Record<string, number>>): Record<string, number> {
  const prefix = `${network}.`;
  return Object.fromEntries(
    Object.entries(scalars)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
