import { networkSlices, type Evaluate, type Evaluated, type GroupLayout, type GroupVersion, type StepAssignment, type StepReport } from '@lethe/protocol';
import type { Engine, HeldVector } from '@lethe/tensorflow';
import type { GroupPull } from './group-pull.js';
import type { ParameterClient } from './parameter-client.js';
import { layoutOf } from '@lethe/graphs';
import type { PreparedWorker } from './prepare-worker.js';
import { StepClock } from '@lethe/graphs';

export interface AssignmentExecutorOptions extends PreparedWorker {
  readonly engine: Pick<Engine, 'hold' | 'vector'>;
  readonly parameters: ParameterClient;
}

/** A vector that the engine holds, and of which version. */
interface Held {
  readonly version: number;
  readonly vector: HeldVector;
}

/** Carries out one piece of work after another, keeping the last pulled version of every network. */
export class AssignmentExecutor {
  readonly #options: AssignmentExecutorOptions;
  /** The last pull of each group, which may still be arriving. */
  readonly #pulls = new Map<string, { readonly version: number; readonly pull: GroupPull }>();
  /** Where a group's pulls arrive, one after another; the engine has copies. */
  readonly #memory = new Map<string, Float32Array>();
  readonly #networks = new Map<string, Held>();
  /** The last version of each group that is known to be committed. */
  readonly #confirmed = new Map<string, number>();
  /** Whole groups, or their averages, that evaluations read. */
  readonly #evaluated = new Map<string, Held>();
  readonly #statistics = new Map<string, Float32Array>();
  #reported = { bytesSent: 0, bytesReceived: 0 };

  constructor(options: AssignmentExecutorOptions) {
    this.#options = options;
  }

  dispose(): void {
    for (const { vector } of [...this.#networks.values(), ...this.#evaluated.values()]) vector.dispose();
    this.#networks.clear();
    this.#evaluated.clear();
  }

  /** Forgets what was ordered: the orders were abandoned. */
  revoke(): void {
    this.#pulls.clear();
  }

  /** What there is to say about an assignment that others have carried out. */
  passedOver({ round, phase, innerStep }: StepAssignment): StepReport {
    return { kind: 'stepReport', round, phase, innerStep, spans: [], ...this.#movedSinceLastReport() };
  }

  execute(work: StepAssignment | Evaluate): Promise<StepReport | Evaluated> {
    return work.kind === 'stepAssignment' ? this.#step(work) : this.#evaluate(work);
  }

  /** One turn of a phase: pull what changed, compute the blocks, push each as soon as it is summed. */
  async #step(assignment: StepAssignment): Promise<StepReport> {
    const { description, gradients, parameters } = this.#options;
    const { round, phase, innerStep, generation } = assignment;
    const clock = new StepClock();
    const trained = layoutOf(description, description.objective.phases[phase]?.trains ?? '');
    const pulled = this.#pullNetworks(assignment);
    clock.measure('input', () => { gradients.prepare(assignment); });
    const networks = await clock.measureAsync('wait', () => pulled);
    for (const [index, node] of assignment.nodes.entries()) {
      const { gradient, summary } = gradients.node(assignment, node, networks, clock);
      await clock.measureAsync('wait', () => this.#confirm(assignment.reads));
      // Asked for before the last block is sent, so that the server answers chunk by chunk while it receives.
      if (index === assignment.nodes.length - 1) this.#order(trained, assignment.produces);
      await clock.measureAsync('send', () => parameters.push({ step: { round, phase, innerStep }, layout: trained, version: assignment.produces, node, generation, gradient, summary }));
    }
    return { kind: 'stepReport', round, phase, innerStep, spans: clock.spans, ...this.#movedSinceLastReport() };
  }

  /** What was ordered arrives between the steps: every byte belongs to the next report. */
  #movedSinceLastReport(): Pick<StepReport, 'bytesSent' | 'bytesReceived'> {
    const { bytesSent, bytesReceived } = this.#options.parameters;
    const moved = { bytesSent: bytesSent - this.#reported.bytesSent, bytesReceived: bytesReceived - this.#reported.bytesReceived };
    this.#reported = { bytesSent, bytesReceived };
    return moved;
  }

  /** The networks that the phase reads, each as soon as it is there: the classifier's phase begins while the decoder is on its way. */
  async #pullNetworks({ phase, reads }: StepAssignment): Promise<ReadonlyMap<string, HeldVector>> {
    const { engine, description, gradients } = this.#options;
    const needs = gradients.needs(phase);
    const networks = new Map<string, HeldVector>();
    // All of them, also if one is revoked: nothing of this assignment may go on behind the next one.
    const pulled = await Promise.allSettled(reads.map(async ({ group, version }) => {
      const layout = layoutOf(description, group);
      for (const { network, from, to } of networkSlices(layout).filter((slice) => needs.has(slice.network))) {
        const kept = this.#networks.get(network);
        if (kept?.version !== version) {
          await (await this.#ordered(layout, version)).network(network);
          kept?.vector.dispose();
          this.#networks.set(network, { version, vector: engine.hold(this.#memoryOf(layout).subarray(from, to)) });
        }
        networks.set(network, (this.#networks.get(network) as Held).vector);
      }
    }));
    for (const result of pulled) if (result.status === 'rejected') throw result.reason;
    return networks;
  }

  /**
   * Waits until what was read is committed: a gradient that overtook it could be committed first, and then what is missing of it
   * could not be computed any more.
   */
  async #confirm(reads: readonly GroupVersion[]): Promise<void> {
    for (const { group, version } of reads) {
      if (this.#confirmed.get(group) === version) continue;
      await (await this.#ordered(layoutOf(this.#options.description, group), version)).complete;
      this.#confirmed.set(group, version);
    }
  }

  /** Orders a version that is still in the making; it arrives in the group's memory, which nobody reads until then. */
  #order(layout: GroupLayout, version: number): GroupPull {
    const pull = this.#options.parameters.pull(layout, version, this.#memoryOf(layout));
    this.#pulls.set(layout.name, { version, pull });
    return pull;
  }

  /** What was ordered, if it was this; else a new pull. */
  async #ordered(layout: GroupLayout, version: number): Promise<GroupPull> {
    const order = this.#pulls.get(layout.name);
    if (order?.version === version) return order.pull;
    await order?.pull.complete.catch(() => undefined); // it may still be arriving in the same memory
    return this.#order(layout, version);
  }

  #memoryOf({ name, length }: GroupLayout): Float32Array {
    const memory = this.#memory.get(name) ?? this.#options.engine.vector(length);
    this.#memory.set(name, memory);
    return memory;
  }

  async #evaluate(task: Evaluate): Promise<Evaluated> {
    const groups = new Map<string, HeldVector>();
    await Promise.all(task.reads.map(async (read) => { groups.set(read.group, await this.#evaluatedGroup(read)); }));
    return { kind: 'evaluated', task: task.task, result: await this.#options.evaluator.evaluate(task, groups, this.#statistics) };
  }

  /** A whole group with its running statistics; its averages, where the run keeps any. */
  async #evaluatedGroup({ group, version }: GroupVersion): Promise<HeldVector> {
    const { engine, description, parameters } = this.#options;
    const kept = this.#evaluated.get(group);
    if (kept?.version === version) return kept.vector;
    const layout = layoutOf(description, group);
    const wish = { statistics: layout.statisticsLength > 0, averages: description.config.averaging !== null };
    const { values, statistics } = await parameters.pull(layout, version, new Float32Array(layout.length), wish).complete;
    kept?.vector.dispose();
    const vector = engine.hold(values);
    this.#evaluated.set(group, { version, vector });
    if (statistics !== null) this.#statistics.set(group, statistics);
    return vector;
  }
}
