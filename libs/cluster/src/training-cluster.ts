import { LetheError } from '@lethe/errors';
import { ControlPlane, describeMember, type Member } from '@lethe/membership';
import type { Committed, CommitReport, GroupState, GroupVersion, MessageBody, Origin, Step, StepReport } from '@lethe/protocol';
import type { Listener } from '@lethe/transport';
import type { GamePosition, StepExecutor } from './adversarial-loop.js';
import type { RunDescription } from '@lethe/graphs';
import { Abandonment } from './abandonment.js';
import { Arrivals } from './arrivals.js';
import { ClusterEvaluations, type EvaluationRequest } from './cluster-evaluations.js';
import { EvaluationDesk } from './evaluation-desk.js';
import { Offences } from './offences.js';
import { ServerStates } from './server-states.js';
import { StepDealer } from './step-dealer.js';
import { Welcomes } from './welcomes.js';

export interface TrainingClusterOptions {
  readonly listener: Listener;
  readonly origin: Origin;
  readonly description: RunDescription;
  readonly onCommitted: (committed: Committed) => void;
  /** What a server did for its slice of a version, the lead with the commit. */
  readonly onCommitReport: (server: Member, report: Omit<CommitReport, 'kind'>) => void;
  readonly onStepReport: (worker: Member, report: StepReport) => void;
  readonly onNotice: (line: string) => void;
  /** A process is not waited for any more; whoever started it may end it for good and start another. */
  readonly onLost: (member: Member, error: LetheError) => void;
}

/** Steps handed out before the oldest is in the weights: enough that no worker waits for the coordinator. */
const STEPS_AHEAD = 4;

/** However fast answers are, a process may pause for so many heartbeats before it is asked again, or others compute its part. */
const LEAST_PATIENCE_HEARTBEATS = 5;

/** An evaluation, which may train a probe, takes less than so many times the stall limit. */
const EVALUATION_PATIENCE = 60;

/**
 * The coordinator's view of the servers and workers of a run: hands out assignments and keeps count of the versions. Workers may
 * come and go: what is not in the weights yet is dealt anew to those at hand, which changes no bit. When a server is lost,
 * everything that waits rejects with SERVER_LOST, and `recover` goes on from an earlier state; when all workers stay away, the game
 * is abandoned, and `captureAbandoned` tells where it stands.
 */
export class TrainingCluster implements StepExecutor {
  readonly control: ControlPlane;
  /** Of the versions that the servers have. */
  readonly evaluations: ClusterEvaluations;
  readonly #options: TrainingClusterOptions;
  readonly #states: ServerStates;
  readonly #welcomes: Welcomes;
  readonly #dealer: StepDealer;
  readonly #desk: EvaluationDesk;
  readonly #offences: Offences;
  readonly #arrivals: Arrivals;
  readonly #abandonment: Abandonment;
  readonly #versions = new Map<string, number>();
  /** Incarnations of workers that were ready in this epoch or one before. */
  readonly #joinedBefore = new Set<string>();
  /** What was committed last since the servers began with a state. */
  #committed: Committed | null = null;
  #workersToCome = Number.POSITIVE_INFINITY;
  /** When there was no worker first that could be given work; null while there is one. */
  #aloneSinceMs: number | null = null;
  /** When the first process was lost since the last commit. */
  #lostMs: number | null = null;

  constructor(options: TrainingClusterOptions) {
    const { cluster } = options.description.config;
    const [heartbeatMs, stallMs] = [cluster.heartbeatSeconds * 1000, cluster.stallSeconds * 1000];
    this.#options = options;
    this.control = new ControlPlane({
      listener: options.listener,
      origin: options.origin,
      required: cluster,
      heartbeatMs,
      stallMs,
      onRegistered: (member) => {
        this.#arrivals.registered(member);
        this.#welcomeWhenComplete(member);
      },
      onReady: (member) => { this.#joined(member); },
      onMessage: (member, body) => { this.#receive(member, body); },
      onLost: (member, error) => { this.#lost(member, error); },
      onAbsence: (member) => { this.#absenceChanged(member); },
      onTick: (nowMs) => { this.#tick(nowMs); },
      onRefused: (message) => { options.onNotice(`refused: ${message}`); },
    });
    const limits = { leastMs: LEAST_PATIENCE_HEARTBEATS * heartbeatMs, mostMs: stallMs };
    this.#states = new ServerStates(this.control, options.description, limits);
    this.#welcomes = new Welcomes(this.control, options.description, limits);
    this.#dealer = new StepDealer(this.control, options.description, limits);
    this.#desk = new EvaluationDesk({ limits, onNotice: options.onNotice, workers: () => this.control.roster.atHand(), send: (worker, evaluation) => { void this.control.send(worker, evaluation); } });
    this.#offences = new Offences({
      control: this.control, dealer: this.#dealer, description: options.description, onNotice: options.onNotice,
      fence: (incarnation) => { this.#fence(incarnation); }, failed: (error) => { this.#failed(error); },
    });
    this.#arrivals = new Arrivals(this.control.roster, cluster, options.onNotice);
    this.#abandonment = new Abandonment({
      control: this.control, description: options.description, states: this.#states, dealer: this.#dealer, desk: this.#desk,
      lastCommitted: () => this.#committed, versionOf: (group) => this.#versionOf(group),
    });
    this.evaluations = new ClusterEvaluations(options.description, (requests) => this.#evaluate(requests));
  }

  /** No more workers than this will be there at a time: those that can be started, where no others can join. */
  expectAtMost(workers: number): void {
    this.#workersToCome = workers;
    this.control.look();
  }

  /** Loads the state into the servers and waits until they and so many workers are ready, or as many as can come. */
  async assemble(states: readonly GroupState[], workers: number): Promise<void> {
    await this.control.until(() => this.control.roster.ready('parameter-server').length === this.#serverCount);
    await this.#states.load(states);
    this.#abandonment.revoke();
    for (const { group, version } of states) this.#versions.set(group, version);
    const wait = (): Promise<void> => this.control.until(() => this.control.roster.ready('worker').length >= Math.min(workers, this.#workersToCome));
    await this.#arrivals.during(workers, wait);
  }

  /** After SERVER_LOST: all servers, the new one among them, go back to this state. */
  async recover(states: readonly GroupState[]): Promise<void> {
    this.control.resume();
    await this.assemble(states, 0);
  }

  async play(step: Step, scalars: Readonly<Record<string, number>>): Promise<void> {
    await this.control.until(() => this.#dealer.size < STEPS_AHEAD);
    const { objective } = this.#options.description;
    const phase = objective.phases[step.phase];
    if (phase === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${step.phase}`);
    const reads = phase.reads.map((group) => this.#versionOf(group));
    const produces = this.#versionOf(phase.trains).version + 1;
    this.#versions.set(phase.trains, produces);
    await this.#dealer.generation({ ...step, reads, produces, scalars: { ...scalars } });
  }

  /** Waits until everything handed out is in the weights. */
  async settle(): Promise<void> {
    await this.control.until(() => this.#dealer.size === 0);
  }

  /** Every group as it is now. Nothing may be handed out meanwhile. */
  async captureState(): Promise<GroupState[]> {
    await this.settle();
    return this.#states.capture(this.#options.description.layouts.map(({ name }) => this.#versionOf(name)));
  }

  /** Ends the game with this error for want of workers. Whoever comes from now on is too late: what is in the weights is to be saved. */
  abandon(error: LetheError): void {
    this.#aloneSinceMs = null;
    this.#abandonment.begin(error);
  }

  /** Where a game stands that was abandoned; null for another, or if that is what the servers began with. Rejects if a server is lost. */
  async captureAbandoned(): Promise<(GamePosition & { readonly groups: GroupState[] }) | null> {
    return this.#abandonment.capture();
  }

  async close(reason: string): Promise<void> {
    await this.control.close(reason);
  }

  async #evaluate(requests: readonly EvaluationRequest[]): Promise<Float32Array[]> {
    await this.settle();
    const reads = [...this.#versions.keys()].map((group) => this.#versionOf(group));
    const results = this.#desk.perform(requests.map((request) => ({ ...request, reads })));
    results.catch(() => undefined); // heard below, unless the run ends before
    await this.control.until(() => this.#desk.size === 0);
    return results;
  }

  /** Everything that was handed out and is not done is done by those at hand now. */
  #dealAnew(elsewhere = false): void {
    if (this.#abandonment.hasBegun) return;
    this.#desk.generation();
    const dealt = elsewhere ? this.#dealer.dealElsewhere() : this.#dealer.dealAnew();
    dealt.catch((error: unknown) => { this.#failed(error); });
  }

  get #serverCount(): number {
    return this.#options.description.config.cluster.servers;
  }

  #versionOf(group: string): GroupVersion {
    const version = this.#versions.get(group);
    if (version === undefined) throw new TypeError(`the group ${group} was never loaded`);
    return { group, version };
  }

  /** Workers and servers need every server's address: the welcome waits until all servers are there. */
  #welcomeWhenComplete(member: Member): void {
    if (this.#states.servers.length < this.#serverCount) return;
    const completes = member.role === 'parameter-server';
    const others = completes ? this.control.roster.present().filter((other) => other !== member && other.state === 'joining') : [];
    for (const welcomed of [member, ...others]) this.#welcomes.send(welcomed);
  }

  #joined(member: Member): void {
    if (member.role !== 'worker') return;
    const { shards } = this.#options.description.config;
    this.#arrivals.joined();
    const isNew = !this.#joinedBefore.has(member.incarnation);
    this.#joinedBefore.add(member.incarnation);
    const workers = this.control.roster.ready('worker').length;
    if (workers > shards) this.#options.onNotice(`${member.name} stands by as a spare: there are ${shards} shards for ${workers} workers`);
    else if (isNew && this.#dealer.hasLearned) this.#options.onNotice(`${member.name} has joined: ${workers} ${workers === 1 ? 'worker' : 'workers'}`);
    this.#cameBack();
  }

  /** Steps that nobody was there for are dealt; else a newcomer has its part from the next step on. */
  #cameBack(): void {
    this.#desk.generation();
    if (this.#aloneSinceMs !== null) this.#dealAnew();
    this.#aloneSinceMs = null;
  }

  #goesOn(): void {
    if (this.#lostMs !== null) this.#options.onNotice(`the run goes on after ${((performance.now() - this.#lostMs) / 1000).toFixed(1)} s`);
    this.#lostMs = null;
  }

  #lost(member: Member, error: LetheError): void {
    this.#options.onLost(member, error);
    this.#lostMs ??= performance.now();
    if (member.role === 'worker') {
      this.#options.onNotice(`${error.message}; ${this.#others()}`);
      this.#fence(member.incarnation);
      this.#dealAnew();
      return;
    }
    this.#options.onNotice(`${error.message}; all servers go back to the last checkpoint`);
    const interruption = new LetheError('SERVER_LOST', error.message, { cause: error });
    this.#dealer.clear();
    this.#versions.clear();
    this.#committed = null;
    this.#welcomes.clear();
    this.#offences.clear();
    this.control.beginEpoch(interruption);
    this.#desk.clear(interruption);
  }

  #absenceChanged(member: Member): void {
    const isWorker = member.role === 'worker';
    if (isWorker && member.state !== 'ready') return;
    if (member.absence === null) {
      this.#options.onNotice(`${member.name} is heard again`);
      if (isWorker) this.#cameBack();
      return;
    }
    const { stallSeconds } = this.#options.description.config.cluster;
    this.#options.onNotice(`${describeMember(member)} is ${member.absence}; ${isWorker ? this.#others() : `the run waits for it, ${stallSeconds} s at most`}`);
    if (isWorker) this.#dealAnew();
  }

  #others(): string {
    const names = this.control.roster.atHand().map(({ name }) => name);
    return names.length === 0 ? 'the run waits for a worker' : `its shards are computed by ${names.join(', ')}`;
  }

  #tick(nowMs: number): void {
    const { cluster } = this.#options.description.config;
    this.#welcomes.sendAgain(nowMs);
    this.#desk.sendAgain(nowMs);
    this.#dealer.inquireIfDue(nowMs).catch((error: unknown) => { this.#failed(error); });
    this.#dealer.tryLateAgain(nowMs).catch((error: unknown) => { this.#failed(error); });
    if (this.#abandonment.hasBegun) return;
    const isWorking = this.#dealer.size > 0 || this.#desk.size > 0;
    if (!isWorking || this.control.roster.atHand().length > 0) this.#aloneSinceMs = null;
    else this.#aloneSinceMs ??= nowMs;
    // A silent server comes back or is given up; until then nothing is the workers' fault.
    const waits = this.#aloneSinceMs !== null || this.#states.servers.some(({ absence }) => absence !== null);
    if (waits) this.#dealer.wait(nowMs);
    if (this.#aloneSinceMs !== null) {
      if (nowMs - this.#aloneSinceMs < cluster.patienceSeconds * 1000) return;
      this.abandon(new LetheError('WORKERS_MISSING', `${this.#where()}: no worker has been there for ${cluster.patienceSeconds} s`));
    } else if (this.#dealer.isLate(nowMs)) {
      this.#late(nowMs);
    }
    for (const worker of this.#desk.overdue(nowMs - EVALUATION_PATIENCE * cluster.stallSeconds * 1000)) {
      this.control.lose(worker, new LetheError('PROCESS_STALLED', `${describeMember(worker)} does not get on in an evaluation`));
    }
  }

  /** The oldest step does not come: others compute what is missing of it, or, if that did not help, whoever hangs is given up. */
  #late(nowMs: number): void {
    const { roster } = this.control;
    const late = this.#dealer.awaited;
    if (this.#dealer.isStuck(nowMs)) {
      if (late.length === 0) this.control.fail(new LetheError('PROCESS_STALLED', `${this.#where()} is computed and does not get into the weights`));
      for (const worker of late) this.control.lose(worker, new LetheError('PROCESS_STALLED', `${describeMember(worker)} lives, but does not get on in ${this.#where()}`));
      return;
    }
    if (late.length < roster.atHand().length) for (const worker of late) worker.absence = 'late';
    for (const worker of late) if (worker.absence === 'late') this.#options.onNotice(`${describeMember(worker)} does not get on in ${this.#where()}; ${this.#others()}`);
    this.#dealAnew(true);
  }

  #where(): string {
    return this.#dealer.where ?? 'an evaluation';
  }

  #receive(member: Member, body: MessageBody): void {
    switch (body.kind) {
      case 'committed':
        this.#committedBy(member, body);
        return;
      case 'commitReport':
        if (member.index === 0) throw new LetheError('MESSAGE_FORBIDDEN', 'the lead parameter server reported a commit as the others do');
        this.#dealer.checkCommit(body);
        this.#options.onCommitReport(member, body);
        return;
      case 'stepReport':
        this.#dealer.checkReport(body, member);
        if (member.absence === 'late') member.absence = null;
        if (this.#dealer.reported(body, member.incarnation)) this.#options.onStepReport(member, body);
        return;
      case 'unreached':
        this.#arrivals.unreached(member, body);
        return;
      case 'evaluated':
        this.#desk.evaluated(member, body);
        return;
      case 'offence':
        this.#offences.told(member, body);
        return;
      case 'stateLoaded':
      case 'stateCaptured':
        return; // of a state that is not waited for any more
      default:
        throw new LetheError('MESSAGE_FORBIDDEN', `it sent a ${body.kind} that nobody asked for`);
    }
  }

  #committedBy(server: Member, committed: Committed): void {
    if (server.index !== 0) throw new LetheError('MESSAGE_FORBIDDEN', 'it told of a commit, which only the lead parameter server does');
    if (!this.#dealer.checkCommit(committed)) return;
    if (this.#dealer.isAhead(committed)) {
      // The word of the one before was lost: the lead says both again, in order.
      this.#dealer.inquire().catch((error: unknown) => { this.#failed(error); });
      return;
    }
    if (!this.#dealer.committed(committed)) return;
    this.#offences.close(committed);
    this.#committed = committed;
    this.#abandonment.committed();
    this.#goesOn();
    this.#options.onCommitReport(server, committed);
    this.#options.onCommitted(committed);
  }

  /** Whatever this life of a process still sends to the servers is refused. */
  #fence(incarnation: string): void {
    for (const server of this.#states.servers) void this.control.send(server, { kind: 'fence', fenced: incarnation });
  }

  #failed(error: unknown): void {
    this.control.fail(error instanceof LetheError ? error : new LetheError('PROCESS_DIED', 'the coordinator failed', { cause: error }));
  }
}
