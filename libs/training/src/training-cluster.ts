import { LetheError } from '@lethe/errors';
import { assignShards, ControlPlane, type Member } from '@lethe/membership';
import { sliceOf, type Committed, type Evaluate, type EvaluationKind, type GroupState, type GroupVersion, type MessageBody, type Origin, type ProbeRequest, type Split, type Step, type StepReport } from '@lethe/protocol';
import type { Listener } from '@lethe/transport';
import type { Players } from './adversarial-loop.js';
import { cutSlice, joinSlices } from './group-slices.js';
import { layoutOf, type RunDescription } from './run-description.js';

export interface TrainingClusterOptions {
  readonly listener: Listener;
  readonly origin: Origin;
  readonly description: RunDescription;
  readonly onCommitted: (committed: Committed) => void;
  readonly onStepReport: (worker: Member, report: StepReport) => void;
  readonly onNotice: (line: string) => void;
}

/** Steps handed out before the oldest is in the weights: enough that no worker waits for the coordinator. */
const STEPS_AHEAD = 4;

/** The coordinator's view of the servers and workers of a run: hands out leases and keeps count of the versions. */
export class TrainingCluster implements Players {
  readonly control: ControlPlane;
  readonly #options: TrainingClusterOptions;
  readonly #versions = new Map<string, number>();
  #outstanding = 0;
  #evaluationTasks = 0;

  constructor(options: TrainingClusterOptions) {
    this.#options = options;
    this.control = new ControlPlane({
      listener: options.listener,
      origin: options.origin,
      required: options.description.config.cluster,
      stallMs: options.description.config.cluster.stallSeconds * 1000,
      onRegistered: (member) => { this.#welcomeWhenComplete(member).catch((error: unknown) => { this.#failed(error); }); },
      onReady: (member) => { this.#joined(member); },
      onMessage: (member, body) => { this.#receive(member, body); },
      onRefused: (message) => { options.onNotice(`refused: ${message}`); },
    });
  }

  /** Loads the state into the servers and waits until they and enough workers are ready. */
  async assemble(states: readonly GroupState[], workers: number): Promise<void> {
    const { servers } = this.#options.description.config.cluster;
    await this.control.until(() => this.control.roster.ready('parameter-server').length === servers);
    await Promise.all(states.flatMap((state) => this.#servers().map((server) => this.#loadSlice(server, state))));
    for (const { group, version } of states) this.#versions.set(group, version);
    await this.control.until(() => this.control.roster.ready('worker').length >= workers);
  }

  async play(step: Step, scalars: Readonly<Record<string, number>>): Promise<void> {
    await this.control.until(() => this.#outstanding < STEPS_AHEAD);
    const { objective, config } = this.#options.description;
    const phase = objective.phases[step.phase];
    if (phase === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${step.phase}`);
    const reads = phase.reads.map((group) => this.#versionOf(group));
    const produces = this.#versionOf(phase.trains).version + 1;
    const workers = this.control.roster.ready('worker');
    this.#outstanding += 1;
    this.#versions.set(phase.trains, produces);
    for (const [index, blocks] of assignShards(config.shards, workers.length).entries()) {
      const worker = workers[index];
      if (worker === undefined || blocks.length === 0) continue;
      worker.activity = `in round ${step.round + 1}, phase ${phase.name}`;
      await this.control.send(worker, { kind: 'lease', ...step, blocks, reads, produces, scalars: { ...scalars } });
    }
  }

  /** Waits until everything handed out is in the weights. */
  async settle(): Promise<void> {
    await this.control.until(() => this.#outstanding === 0);
  }

  /** Every group as it is now. Nothing may be handed out meanwhile. */
  async captureState(): Promise<GroupState[]> {
    await this.settle();
    return Promise.all(this.#options.description.layouts.map(async ({ name }) => {
      const slices = await Promise.all(this.#holders(name).map((server) => this.#captureSlice(server, this.#versionOf(name))));
      return joinSlices(slices);
    }));
  }

  /**
   * Has `count` examples of a split evaluated at the present versions, in chunks of constant size dealt to the workers.
   * The results come in the examples' order, the same for any number of workers.
   */
  async evaluate(evaluation: EvaluationKind, split: Split, count: number, chunk: number): Promise<Float32Array[]> {
    const firsts = Array.from({ length: Math.ceil(count / chunk) }, (_, index) => index * chunk);
    return this.#evaluateAll(firsts.map((first) => ({ evaluation, split, first, count: Math.min(chunk, count - first), probe: null, judge: null })));
  }

  /** Has probes trained on the present versions' latents, one after another on each worker; see the protocol for the results. */
  probe(requests: readonly ProbeRequest[]): Promise<Float32Array[]> {
    return this.#evaluateAll(requests.map((probe) => ({ evaluation: 'probe', split: 'test', first: 0, count: 0, probe, judge: null })));
  }

  /** Has a worker train a judge on the raw images; it depends on the data alone. */
  async trainJudge(): Promise<Float32Array> {
    const [judge] = await this.#evaluateAll([{ evaluation: 'judge', split: 'test', first: 0, count: 0, probe: null, judge: null }]);
    if (judge === undefined) throw new TypeError('one task has one result');
    return judge;
  }

  /** Has every test image redrawn under all labels and read by the judge; see the protocol for the results, in the images' order. */
  swap(judge: Float32Array, count: number, chunk: number): Promise<Float32Array[]> {
    const firsts = Array.from({ length: Math.ceil(count / chunk) }, (_, index) => index * chunk);
    return this.#evaluateAll(firsts.map((first) => ({ evaluation: 'swap', split: 'test', first, count: Math.min(chunk, count - first), probe: null, judge })));
  }

  /** Deals evaluations to the workers in turn; the results come in the order asked for. */
  async #evaluateAll(evaluations: readonly Omit<Evaluate, 'kind' | 'task' | 'reads'>[]): Promise<Float32Array[]> {
    await this.settle();
    const workers = this.control.roster.ready('worker');
    const reads = [...this.#versions.keys()].map((group) => this.#versionOf(group));
    const results: Promise<Float32Array>[] = [];
    for (const [index, evaluation] of evaluations.entries()) {
      const worker = workers[index % workers.length];
      if (worker === undefined) throw new LetheError('WORKERS_MISSING', 'no worker is left to evaluate');
      const task = (this.#evaluationTasks += 1);
      const result = this.control.expect(worker, 'evaluated', (body) => body.task === task).then((body) => body.result);
      results.push(result);
      await this.control.send(worker, { kind: 'evaluate', task, reads, ...evaluation });
    }
    return Promise.all(results);
  }

  async close(reason: string): Promise<void> {
    await this.control.close(reason);
  }

  #servers(): Member[] {
    return this.control.roster.present('parameter-server');
  }

  /** Servers whose slice of the group is not empty. */
  #holders(group: string): Member[] {
    const servers = this.#servers();
    return servers.filter(({ index }) => {
      const { from, to } = sliceOf(layoutOf(this.#options.description, group).length, index, servers.length);
      return to > from;
    });
  }

  #versionOf(group: string): GroupVersion {
    const version = this.#versions.get(group);
    if (version === undefined) throw new TypeError(`the group ${group} was never loaded`);
    return { group, version };
  }

  async #loadSlice(server: Member, state: GroupState): Promise<void> {
    const slice = cutSlice(state, server.index, this.#servers().length);
    if (slice === null) return;
    const loaded = this.control.expect(server, 'stateLoaded', (body) => body.group === state.group);
    await this.control.send(server, { kind: 'loadState', state: slice });
    await loaded;
  }

  async #captureSlice(server: Member, { group, version }: GroupVersion): Promise<GroupState> {
    const captured = this.control.expect(server, 'stateCaptured', ({ state }) => state.group === group && state.version === version);
    await this.control.send(server, { kind: 'captureState', group, version });
    return (await captured).state;
  }

  /** Workers and servers need every server's address: the welcome waits until all servers are there. */
  async #welcomeWhenComplete(member: Member): Promise<void> {
    const { description } = this.#options;
    const servers = this.#servers();
    if (servers.length < description.config.cluster.servers) return;
    const completes = member.role === 'parameter-server';
    for (const welcomed of completes ? this.control.roster.present() : [member]) {
      await this.control.send(welcomed, {
        kind: 'welcome', name: welcomed.name, index: welcomed.index, schemaHash: description.schemaHash,
        configJson: JSON.stringify(description.config), dataJson: JSON.stringify(description.facts),
        servers: servers.map(({ index, registration }) => ({ index, address: registration.address })),
      });
    }
  }

  #joined(member: Member): void {
    const { shards } = this.#options.description.config;
    const workers = this.control.roster.ready('worker').length;
    if (member.role === 'worker' && workers > shards) this.#options.onNotice(`${member.name} stands by as a spare: there are ${shards} shards for ${workers} workers`);
  }

  #receive(member: Member, body: MessageBody): void {
    if (body.kind === 'committed') {
      this.#outstanding -= 1;
      this.#options.onCommitted(body);
      } else if (body.kind === 'stepReport') {
      this.#options.onStepReport(member, body);
    } else {
      this.#failed(new LetheError('MESSAGE_MALFORMED', `${member.name} sent a ${body.kind} that nobody asked for`));
    }
  }

  #failed(error: unknown): void {
    this.control.fail(error instanceof LetheError ? error : new LetheError('PROCESS_DIED', 'the coordinator failed', { cause: error }));
  }
}
