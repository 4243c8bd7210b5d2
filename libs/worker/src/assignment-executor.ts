import { LetheError } from '@lethe/errors';
import { evaluatedLayouts, layoutOf, StepClock, type StepState } from '@lethe/graphs';
import {
  networkSlices, type Evaluate, type Evaluated, type GroupLayout, type GroupVersion, type StepAssignment, type StepReport,
} from '@lethe/protocol';
import type { Engine, HeldVector } from '@lethe/tensorflow';
import type { GroupPull } from './group-pull.js';
import type { ParameterClient } from './parameter-client.js';
import type { PreparedWorker } from './prepare-worker.js';

export interface AssignmentExecutorOptions extends PreparedWorker {
  readonly engine: Pick<Engine, 'hold' | 'vector'>;
  readonly parameters: ParameterClient;
}

/** A vector that the engine holds, and the version that it has. */
interface HeldVersion {
  readonly version: number;
  readonly vector: HeldVector;
}

/** Executes one piece of work after another, keeping the last pulled version of every network. */
export class AssignmentExecutor {
  readonly #options: AssignmentExecutorOptions;
  /** The last pull of each group, which may still be arriving. */
  readonly #pulls = new Map<string, { readonly version: number; readonly pull: GroupPull }>();
  /** Where a group's pulls arrive, one after another; the engine has copies. */
  readonly #memory = new Map<string, Float32Array>();
  readonly #networks = new Map<string, HeldVersion>();
  /** The last version of each group that is known to be committed. */
  readonly #confirmed = new Map<string, number>();
  /** The last running statistics of each group that were read with its parameters. */
  readonly #runningStatistics = new Map<string, { readonly version: number; readonly values: Float32Array }>();
  /** Groups whose running statistics some phase reads. */
  readonly #withStatistics: ReadonlySet<string>;
  /** The groups, or their averages, that the last evaluations read. */
  readonly #evaluated = new Map<string, HeldVersion>();
  readonly #statistics = new Map<string, Float32Array>();
  #reported = { bytesSent: 0, bytesReceived: 0 };
  /** How often steps were revoked. */
  #revocations = 0;

  constructor(options: AssignmentExecutorOptions) {
    this.#options = options;
    const { description } = options;
    this.#withStatistics = new Set(description.objective.phases.flatMap((phase) => (
      evaluatedLayouts(description, phase).filter(({ statisticsLength }) => statisticsLength > 0).map(({ name }) => name)
    )));
  }

  dispose(): void {
    for (const { vector } of [...this.#networks.values(), ...this.#evaluated.values()]) vector.dispose();
    this.#networks.clear();
    this.#evaluated.clear();
  }

  /** Forgets the pulls under way: they were abandoned. */
  revoke(): void {
    this.#revocations += 1;
    this.#pulls.clear();
  }

  /** The report of an assignment that others have executed. */
  supersededReport({ round, phase, innerStep }: StepAssignment): StepReport {
    return { kind: 'stepReport', round, phase, innerStep, spans: [], ...this.#movedSinceLastReport() };
  }

  execute(work: StepAssignment | Evaluate): Promise<StepReport | Evaluated> {
    return work.kind === 'stepAssignment' ? this.#step(work) : this.#evaluate(work);
  }

  /** One inner step: pulls what changed, computes the gradient of each tree node, and pushes each as soon as it is summed. */
  async #step(assignment: StepAssignment): Promise<StepReport> {
    const { description, gradients, parameters } = this.#options;
    const { round, phase, innerStep, generation } = assignment;
    const clock = new StepClock();
    const trained = layoutOf(description, description.objective.phases[phase]?.trains ?? '');
    await this.#unlessRevoked(gradients.compileFor(assignment.nodes, clock));
    const pulled = this.#pullState(assignment);
    clock.measure('input', () => { gradients.prepare(assignment); });
    const state = await clock.measureAsync('wait', () => pulled);
    // While the gradients are computed the servers take the request; later they answer chunk by chunk.
    this.#requestNext(trained, assignment);
    for (const node of assignment.nodes) {
      const { gradient, summary } = gradients.node(assignment, node, state, clock);
      await clock.measureAsync('wait', () => this.#confirm(assignment.reads));
      this.#requestNext(trained, assignment);
      const step = { round, phase, innerStep };
      await clock.measureAsync('send', () => parameters.push({
        step, layout: trained, version: assignment.produces, node, generation, gradient, summary,
      }));
    }
    return { kind: 'stepReport', round, phase, innerStep, spans: clock.spans, ...this.#movedSinceLastReport() };
  }

  /** A version that was requested arrives between the steps: every byte belongs to the next report. */
  #movedSinceLastReport(): Pick<StepReport, 'transfers' | 'bytesSent' | 'bytesReceived'> {
    const { parameters } = this.#options;
    const { bytesSent, bytesReceived } = parameters;
    const before = this.#reported;
    this.#reported = { bytesSent, bytesReceived };
    const bytes = { bytesSent: bytesSent - before.bytesSent, bytesReceived: bytesReceived - before.bytesReceived };
    return { transfers: parameters.takeTransfers(), ...bytes };
  }

  /**
   * The networks that the phase reads, each as soon as it has arrived: the classifier's phase begins while the decoder is on its way.
   * Running statistics are there once their version is committed.
   */
  async #pullState({ phase, reads }: StepAssignment): Promise<StepState> {
    const { engine, description, gradients } = this.#options;
    const needs = gradients.needs(phase);
    const networks = new Map<string, HeldVector>();
    const statistics = new Map<string, Float32Array>();
    // All of them are awaited, also if one is revoked: nothing of this assignment may go on during the next one.
    const pulled = await Promise.allSettled(reads.map(async ({ group, version }) => {
      const layout = layoutOf(description, group);
      for (const { network, from, to } of networkSlices(layout).filter((slice) => needs.networks.has(slice.network))) {
        const kept = this.#networks.get(network);
        if (kept?.version !== version) {
          await (await this.#requested(layout, version)).network(network);
          kept?.vector.dispose();
          this.#networks.set(network, { version, vector: engine.hold(this.#memoryOf(layout).subarray(from, to)) });
        }
        networks.set(network, (this.#networks.get(network) as HeldVersion).vector);
      }
      if (needs.statistics.has(group)) statistics.set(group, await this.#statisticsOf(layout, version));
    }));
    for (const result of pulled) if (result.status === 'rejected') throw result.reason;
    return { networks, statistics };
  }

  async #statisticsOf(layout: GroupLayout, version: number): Promise<Float32Array> {
    const kept = this.#runningStatistics.get(layout.name);
    if (kept?.version === version) return kept.values;
    const { statistics } = await (await this.#requested(layout, version)).complete;
    if (statistics === null) throw new TypeError(`version ${version} of ${layout.name} came without its running statistics`);
    this.#runningStatistics.set(layout.name, { version, values: statistics });
    return statistics;
  }

  /**
   * Waits until the versions that were read are committed. A gradient that overtook them could be committed first, and then what is
   * missing of those versions could not be computed any more.
   */
  async #confirm(reads: readonly GroupVersion[]): Promise<void> {
    for (const { group, version } of reads) {
      if (this.#confirmed.get(group) === version) continue;
      await (await this.#requested(layoutOf(this.#options.description, group), version)).complete;
      this.#confirmed.set(group, version);
    }
  }

  /**
   * Requests the version that a step produces, once the one that it is made of is known to be committed: both arrive in the same memory,
   * and a server sends the version that it makes next chunk by chunk, but none after it.
   */
  #requestNext(layout: GroupLayout, { produces }: StepAssignment): void {
    const last = this.#pulls.get(layout.name);
    if (last?.version === produces) return;
    if (last?.version === produces - 1 && last.pull.isCommitted) this.#confirmed.set(layout.name, produces - 1);
    if (this.#confirmed.get(layout.name) === produces - 1) this.#request(layout, produces);
  }

  /** Requests a version, also one that is not committed yet; it arrives in the group's memory, which is not read until then. */
  #request(layout: GroupLayout, version: number): GroupPull {
    const contents = { statistics: this.#withStatistics.has(layout.name), averages: false };
    const pull = this.#options.parameters.pull(layout, version, this.#memoryOf(layout), contents);
    this.#pulls.set(layout.name, { version, pull });
    return pull;
  }

  /** The last pull if it is of this version; else a new one. */
  async #requested(layout: GroupLayout, version: number): Promise<GroupPull> {
    const last = this.#pulls.get(layout.name);
    if (last?.version === version) return last.pull;
    // It may still be arriving in the same memory.
    if (last !== undefined) await this.#unlessRevoked(last.pull.complete.catch(() => undefined));
    return this.#request(layout, version);
  }

  /**
   * Waits for what no revocation ends. A step that goes on after one would pull what nobody abandons any more.
   * @throws LetheError ASSIGNMENT_REVOKED if steps are revoked meanwhile
   */
  async #unlessRevoked(work: Promise<unknown>): Promise<void> {
    const before = this.#revocations;
    await work;
    if (this.#revocations !== before) throw new LetheError('ASSIGNMENT_REVOKED', 'the coordinator has assigned the steps again');
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

  /** A whole group with its running statistics; with averages of its values, where the run keeps any. */
  async #evaluatedGroup({ group, version }: GroupVersion): Promise<HeldVector> {
    const { engine, description, parameters } = this.#options;
    const kept = this.#evaluated.get(group);
    if (kept?.version === version) return kept.vector;
    const layout = layoutOf(description, group);
    const contents = { statistics: layout.statisticsLength > 0, averages: description.config.averaging !== null };
    const { values, statistics } = await parameters.pull(layout, version, new Float32Array(layout.length), contents).complete;
    kept?.vector.dispose();
    const vector = engine.hold(values);
    this.#evaluated.set(group, { version, vector });
    if (statistics !== null) this.#statistics.set(group, statistics);
    return vector;
  }
}
