import { attributeSizes } from '@lethe/data';
import type { StepAssignment } from '@lethe/protocol';
import type { CompiledStep, Engine, InputValues, SharedComputation, SharedValues } from '@lethe/tensorflow';
import type { RunDescription } from './run-description.js';
import { NETWORK_INPUT, STATISTICS_INPUT } from './step-inputs.js';

/** The features of a call's shards. */
interface Features {
  /** Round and versions of parameters from which they were computed. */
  readonly computedFrom: string;
  readonly values: SharedValues;
}

/**
 * What the phases of a round share: as in the article, a round has one z = E(x). What all phases compute from the same examples,
 * parameters and dropout masks is computed once for the shards of a call and kept for the later phases and inner steps. Where each step has
 * a batch of its own, nothing is shared.
 */
export class RoundFeatures {
  readonly #shared: SharedComputation | null;
  /** Groups whose parameters the features depend on. */
  readonly #groups: ReadonlySet<string>;
  /** By the first shard of the call. */
  readonly #byShard = new Map<number, Features>();

  private constructor(shared: SharedComputation | null, groups: ReadonlySet<string>) {
    this.#shared = shared;
    this.#groups = groups;
  }

  /** Finds what the steps share, which compute calls of `width` shards. */
  static of(engine: Engine, { objective, facts }: RunDescription, steps: readonly CompiledStep[], width: number): RoundFeatures {
    if (steps.length < 2 || objective.batchPer === 'step') return new RoundFeatures(null, new Set());
    // What is trained before the last phase changes within the round; everything else stays until then.
    const changing = new Set(objective.phases.slice(0, -1).map(({ trains }) => trains));
    const constant = objective.groups.filter(({ name }) => !changing.has(name));
    const networks = constant.flatMap((group) => (
      [`${STATISTICS_INPUT}${group.name}`, ...group.networks.map(({ name }) => `${NETWORK_INPUT}${name}`)]
    ));
    const examples = Array.from({ length: width }, (_, shard) =>
      ['images', 'labels', 'domains', ...attributeSizes(facts).map(([name]) => name), 'seeds.round'].map((name) => `${name}.${shard}`),
    ).flat();
    return new RoundFeatures(engine.share(steps, [...examples, ...networks]), new Set(constant.map(({ name }) => name)));
  }

  /** The features of the call that begins with this shard, for a step with these inputs. */
  of({ round, reads }: StepAssignment, shard: number, inputs: Readonly<Record<string, InputValues>>): SharedValues | undefined {
    if (this.#shared === null) return undefined;
    const versions = reads.filter(({ group }) => this.#groups.has(group)).map(({ group, version }) => `${group}@${version}`);
    const wanted = [round, ...versions].join(' ');
    const kept = this.#byShard.get(shard);
    if (kept?.computedFrom === wanted) return kept.values;
    kept?.values.dispose();
    const values = this.#shared.run(inputs);
    this.#byShard.set(shard, { computedFrom: wanted, values });
    return values;
  }

  dispose(): void {
    for (const { values } of this.#byShard.values()) values.dispose();
    this.#byShard.clear();
  }
}
