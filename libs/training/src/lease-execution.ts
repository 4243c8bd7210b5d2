import type { Evaluate, Evaluated, GroupVersion, Lease, StepReport } from '@lethe/protocol';
import type { Engine, HeldVector } from '@lethe/tensorflow';
import type { ParameterClient, PulledGroup, PullWish } from './parameter-client.js';
import { layoutOf } from './run-description.js';
import type { PreparedWorker } from './prepare-worker.js';
import { StepClock } from './step-clock.js';

export interface LeaseExecutionOptions extends PreparedWorker {
  readonly engine: Pick<Engine, 'hold'>;
  readonly parameters: ParameterClient;
}

/** Carries out one piece of work after another, keeping the last pulled version of every group. */
export class LeaseExecution {
  readonly #options: LeaseExecutionOptions;
  /** The flat vector of each group, overwritten by the next pull, and the engine's copy of it. */
  readonly #groups = new Map<string, Float32Array>();
  readonly #held = new Map<string, HeldVector>();
  readonly #orders = new Map<string, { readonly version: number; readonly pulled: Promise<PulledGroup> }>();
  #reported = { bytesSent: 0, bytesReceived: 0 };
  readonly #statistics = new Map<string, Float32Array>();
  readonly #statisticsVersions = new Map<string, number>();
  readonly #versions = new Map<string, number>();

  constructor(options: LeaseExecutionOptions) {
    this.#options = options;
  }

  dispose(): void {
    for (const held of this.#held.values()) held.dispose();
    this.#held.clear();
  }

  /** Forgets what was ordered: the orders were abandoned. */
  revoke(): void {
    this.#orders.clear();
  }

  execute(work: Lease | Evaluate): Promise<StepReport | Evaluated> {
    return work.kind === 'lease' ? this.#step(work) : this.#evaluate(work);
  }

  /** One turn of a phase: pull what changed, compute the blocks, push each as soon as it is summed. */
  async #step(lease: Lease): Promise<StepReport> {
    const { description, gradients, parameters } = this.#options;
    const { round, phase, turn } = lease;
    const clock = new StepClock();
    const trained = description.objective.phases[phase]?.trains ?? '';
    await clock.measureAsync('wait', () => this.#pull(lease.reads, false));
    for (const [index, block] of lease.blocks.entries()) {
      const { gradient, summary } = gradients.block(lease, block, this.#read(lease.reads, false), clock);
      // Asked for before the last block is sent, so that the server answers chunk by chunk while it receives.
      if (index === lease.blocks.length - 1) this.#order(trained, lease.produces);
      await clock.measureAsync('send', () => parameters.push({ step: { round, phase, turn }, layout: layoutOf(description, trained), version: lease.produces, block, gradient, summary }));
    }
    return { kind: 'stepReport', round, phase, turn, spans: clock.spans, ...this.#movedSinceLastReport() };
  }

  /** What was ordered arrives between the steps: every byte belongs to the next report. */
  #movedSinceLastReport(): Pick<StepReport, 'bytesSent' | 'bytesReceived'> {
    const { bytesSent, bytesReceived } = this.#options.parameters;
    const moved = { bytesSent: bytesSent - this.#reported.bytesSent, bytesReceived: bytesReceived - this.#reported.bytesReceived };
    this.#reported = { bytesSent, bytesReceived };
    return moved;
  }

  async #evaluate(task: Evaluate): Promise<Evaluated> {
    await this.#pull(task.reads, true);
    return { kind: 'evaluated', task: task.task, result: await this.#options.evaluator.evaluate(task, this.#read(task.reads, true), this.#statistics) };
  }

  async #pull(reads: readonly GroupVersion[], evaluation: boolean): Promise<void> {
    const { engine, description } = this.#options;
    await Promise.all(reads.map(async ({ group, version }) => {
      const layout = layoutOf(description, group);
      const place = this.#place(group, evaluation);
      const needsStatistics = evaluation && layout.statisticsLength > 0 && this.#statisticsVersions.get(group) !== version;
      if (this.#versions.get(place) === version && !needsStatistics) return;
      const pulled = needsStatistics || place !== group ? await this.#pulled(group, version, { statistics: needsStatistics, averages: place !== group }) : await this.#ordered(group, version);
      this.#held.get(place)?.dispose();
      this.#held.set(place, engine.hold(pulled.values));
      this.#versions.set(place, version);
      if (pulled.statistics === null) return;
      this.#statistics.set(group, pulled.statistics);
      this.#statisticsVersions.set(group, version);
    }));
  }

  /** Orders a version that is still in the making; it arrives in the group's memory, which nobody reads until then. */
  #order(group: string, version: number): void {
    const layout = layoutOf(this.#options.description, group);
    const pulled = this.#options.parameters.pull(layout, version, this.#memory(group));
    pulled.catch(() => undefined); // whoever takes the order sees how it went
    this.#orders.set(group, { version, pulled });
  }

  /** What was ordered, if it was this; else a new pull. */
  async #ordered(group: string, version: number): Promise<PulledGroup> {
    const order = this.#orders.get(group);
    this.#orders.delete(group);
    if (order?.version === version) return order.pulled;
    await order?.pulled.catch(() => undefined); // it may still be arriving in the same memory
    return this.#pulled(group, version, { statistics: false, averages: false });
  }

  async #pulled(group: string, version: number, wish: PullWish): Promise<PulledGroup> {
    // What was ordered for training may still be arriving in the same memory.
    await this.#orders.get(group)?.pulled.catch(() => undefined);
    return this.#options.parameters.pull(layoutOf(this.#options.description, group), version, this.#memory(group, wish.averages ? averageOf(group) : group), wish);
  }

  /** Averages have memory of their own: training goes on with the values. */
  #place(group: string, evaluation: boolean): string {
    return evaluation && this.#options.description.config.averaging !== null ? averageOf(group) : group;
  }

  #memory(group: string, place = group): Float32Array {
    const memory = this.#groups.get(place) ?? new Float32Array(layoutOf(this.#options.description, group).length);
    this.#groups.set(place, memory);
    return memory;
  }

  #read(reads: readonly GroupVersion[], evaluation: boolean): ReadonlyMap<string, HeldVector> {
    return new Map(reads.map(({ group }) => {
      const held = this.#held.get(this.#place(group, evaluation));
      if (held === undefined) throw new TypeError(`the group ${group} was never pulled`);
      return [group, held];
    }));
  }
}

function averageOf(group: string): string {
  return `average of ${group}`;
}
