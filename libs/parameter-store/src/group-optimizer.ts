import type { OptimizerConfig } from '@lethe/config';
import { createUpdateRule, learningRateFactor, type OptimizerBuffers, type UpdateRule } from '@lethe/optim';
import type { GroupLayout, Slice } from '@lethe/protocol';

/** Optimisers by the name of their net. */
export type OptimizerConfigs = Readonly<Record<string, OptimizerConfig>>;

interface NetOptimizer {
  readonly net: string;
  /** The net's elements in the group's flat vector. */
  readonly range: Slice;
  readonly config: OptimizerConfig;
  readonly rule: UpdateRule;
}

/** What all chunks of one commit have in common. */
export interface CommitTerms {
  readonly round: number;
  /** Scalars after `advance`. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Float32 factor on the summed gradient: 1 / shards, times the clipping factor. */
  readonly gradientScale: number;
}

export interface ChunkUpdate {
  readonly chunk: Slice;
  /** Sum over shards of the chunk's gradient. */
  readonly gradient: Float32Array;
  /** First element of the buffers, in the group's flat vector. */
  readonly bufferOffset: number;
  readonly current: OptimizerBuffers;
  readonly next: OptimizerBuffers;
}

/** The update rules of a group: each net has its own rule, learning rate and scalars ("encoder.firstCorrection"). */
export class GroupOptimizer {
  /** Per-element state of any of the group's rules, each as long as the values. */
  readonly slotNames: readonly string[];
  readonly initialScalars: Readonly<Record<string, number>>;
  readonly #nets: readonly NetOptimizer[];
  readonly #totalRounds: number;

  constructor(layout: GroupLayout, configs: OptimizerConfigs, totalRounds: number) {
    this.#nets = netRanges(layout).map(({ net, range }) => {
      const config = configs[net];
      if (config === undefined) throw new RangeError(`no optimiser for net ${net} of group ${layout.name}`);
      return { net, range, config, rule: createUpdateRule(config) };
    });
    this.#totalRounds = totalRounds;
    this.slotNames = [...new Set(this.#nets.flatMap(({ rule }) => rule.slotNames))];
    this.initialScalars = this.#scalars(({ rule }) => rule.initialScalars);
  }

  /** The scalars of the next commit. */
  advance(scalars: Readonly<Record<string, number>>): Record<string, number> {
    return this.#scalars(({ net, rule }) => rule.advance(scalarsOf(net, scalars)));
  }

  /** Writes the chunk's next values and slots. */
  update({ chunk, gradient, bufferOffset, current, next }: ChunkUpdate, { round, scalars, gradientScale }: CommitTerms): void {
    for (const { net, range, config, rule } of this.#nets) {
      const from = Math.max(chunk.from, range.from);
      const to = Math.min(chunk.to, range.to);
      if (to <= from) continue;
      const rate = config.learningRate * learningRateFactor(config.schedule, round, this.#totalRounds);
      rule.update(
        { from: from - bufferOffset, to: to - bufferOffset, gradient: gradient.subarray(from - chunk.from, to - chunk.from), gradientScale, current, next },
        { rate, scalars: scalarsOf(net, scalars) },
      );
    }
  }

  #scalars(ofNet: (net: NetOptimizer) => Readonly<Record<string, number>>): Record<string, number> {
    const entries = this.#nets.flatMap((net) => Object.entries(ofNet(net)).map(([name, value]) => [`${net.net}.${name}`, value]));
    return Object.fromEntries(entries) as Record<string, number>;
  }
}

function scalarsOf(net: string, scalars: Readonly<Record<string, number>>): Record<string, number> {
  const prefix = `${net}.`;
  return Object.fromEntries(Object.entries(scalars).filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]));
}

/** A net's segments lie one after another. */
function netRanges({ name, segments }: GroupLayout): { net: string; range: Slice }[] {
  const ranges: { net: string; range: Slice }[] = [];
  for (const { net, offset, length } of segments) {
    const last = ranges.at(-1);
    if (last?.net === net) ranges[ranges.length - 1] = { net, range: { from: last.range.from, to: offset + length } };
    else ranges.push({ net, range: { from: offset, to: offset + length } });
  }
  const nets = ranges.map(({ net }) => net);
  if (new Set(nets).size !== nets.length) throw new RangeError(`group ${name} interleaves the segments of its nets: ${nets.join(', ')}`);
  return ranges;
}
