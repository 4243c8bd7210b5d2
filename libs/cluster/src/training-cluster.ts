import { LetheError } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import { ControlPlane, describeMember, type Member } from '@lethe/membership';
import type { Committed, CommitReport, GroupState, GroupVersion, MessageBody, Origin, Step, StepReport } from '@lethe/protocol';
import { noLog, type Log, type LogFields } from '@lethe/telemetry/log';
import type { Listener } from '@lethe/transport';
import { Abandonment } from './abandonment.js';
import type { StepExecutor } from './adversarial-loop.js';
import { EvaluationScheduler } from './evaluation-scheduler.js';
import { JoinNotices } from './join-notices.js';
import { OffenceHandler } from './offence-handler.js';
import { ProgressSupervisor } from './progress-supervisor.js';
import { StateTransfer } from './state-transfer.js';
import { StepScheduler } from './step-scheduler.js';
import { WelcomeSender } from './welcome-sender.js';

export interface TrainingClusterOptions {
  readonly listener: Listener;
  readonly origin: Origin;
  readonly description: RunDescription;
  readonly onCommitted: (committed: Committed) => void;
  /** What a server did for its slice of a version; the lead's comes with the commit. */
  readonly onCommitReport: (server: Member, report: Omit<CommitReport, 'kind'>) => void;
  readonly onStepReport: (worker: Member, report: StepReport) => void;
  /** @param about facts for the log alone */
  readonly onNotice: (line: string, about?: LogFields) => void;
  /** Takes what whoever watches need not know. */
  readonly log?: Log;
  /** A process is not waited for any more: the program that started it may end it and start another. */
  readonly onLost: (member: Member, error: LetheError) => void;
}

/** Steps that may be open at a time: enough that no worker waits for the coordinator. */
const STEPS_AHEAD = 4;

/** However fast answers are, a process may pause for this many heartbeats before it is asked again, or others compute its share. */
const LEAST_PATIENCE_HEARTBEATS = 5;

/**
 * The coordinator's view of the servers and workers of a run: schedules the steps and counts the versions of the groups. Workers may come
 * and go: steps that are not committed are assigned again to those that are available, which changes no bit. When a server is lost, every
 * call that waits rejects with SERVER_LOST, and `recover` goes on from an earlier state. When all workers stay away, the game is abandoned,
 * and what is committed can be captured.
 */
export class TrainingCluster implements StepExecutor {
  readonly control: ControlPlane;
  readonly evaluations: EvaluationScheduler;
  readonly abandonment: Abandonment;
  readonly #options: TrainingClusterOptions;
  readonly #steps: StepScheduler;
  readonly #supervisor: ProgressSupervisor;
  readonly #states: StateTransfer;
  readonly #welcomes: WelcomeSender;
  readonly #offences: OffenceHandler;
  readonly #notices: JoinNotices;
  readonly #log: Log;
  /** The version that each group has once all scheduled steps are committed. */
  readonly #versions = new Map<string, number>();
  /** Incarnations of workers that were ready in this epoch or an earlier one. */
  readonly #joinedBefore = new Set<string>();
  /** The last commit since a state was loaded into the servers. */
  #lastCommitted: Committed | null = null;
  #workersToCome = Number.POSITIVE_INFINITY;
  /** When the first process was lost since the last commit. */
  #lostMs: number | null = null;

  constructor(options: TrainingClusterOptions) {
    const { description, onNotice } = options;
    const { cluster } = description.config;
    const [heartbeatMs, stallMs] = [cluster.heartbeatSeconds * 1000, cluster.stallSeconds * 1000];
    const bounds = { leastMs: LEAST_PATIENCE_HEARTBEATS * heartbeatMs, mostMs: stallMs };
    this.#options = options;
    this.#log = options.log ?? noLog();
    this.control = this.#openControlPlane(heartbeatMs, stallMs);
    const { control } = this;
    this.#welcomes = new WelcomeSender(control, description, bounds);
    this.#notices = new JoinNotices(control.roster, cluster, onNotice);
    this.#states = new StateTransfer(control, description, bounds);
    this.#steps = new StepScheduler({ control, description, bounds, log: this.#log, onFailed: (error) => { this.#failed(error); } });
    this.evaluations = new EvaluationScheduler({
      control, description, bounds, onNotice, settledVersions: () => this.#settledVersions(),
    });
    const schedulers = { steps: this.#steps, evaluations: this.evaluations };
    this.abandonment = new Abandonment({
      control, description, states: this.#states, ...schedulers,
      lastCommitted: () => this.#lastCommitted, versionOf: (group) => this.#versionOf(group),
    });
    this.#supervisor = new ProgressSupervisor({ control, description, ...schedulers, abandonment: this.abandonment, onNotice });
    this.#offences = new OffenceHandler({
      control, description, steps: this.#steps, onNotice, fence: (incarnation) => { this.#fence(incarnation); },
    });
  }

  /** No more workers than this can be there at a time, where only processes that this machine starts can join. */
  expectAtMost(workers: number): void {
    this.#workersToCome = workers;
    this.control.recheck();
  }

  /** Loads the state into the servers and waits until they and `workers` workers are ready, or as many as can come. */
  async assemble(states: readonly GroupState[], workers: number): Promise<void> {
    const { servers } = this.#options.description.config.cluster;
    await this.control.until(() => this.control.roster.ready('parameter-server').length === servers);
    await this.#states.load(states);
    this.abandonment.revoke();
    for (const { group, version } of states) this.#versions.set(group, version);
    await this.#notices.during(workers, () => (
      this.control.until(() => this.control.roster.ready('worker').length >= Math.min(workers, this.#workersToCome))
    ));
  }

  /** After SERVER_LOST: all servers, the new one among them, go back to this state. */
  async recover(states: readonly GroupState[]): Promise<void> {
    this.control.resume();
    await this.assemble(states, 0);
  }

  async execute(step: Step, scalars: Readonly<Record<string, number>>): Promise<void> {
    await this.control.until(() => this.#steps.size < STEPS_AHEAD);
    const { objective } = this.#options.description;
    const phase = objective.phases[step.phase];
    if (phase === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${step.phase}`);
    const reads = phase.reads.map((group) => this.#versionOf(group));
    const produces = this.#versionOf(phase.trains).version + 1;
    this.#versions.set(phase.trains, produces);
    await this.#steps.schedule({ ...step, reads, produces, scalars: { ...scalars } });
  }

  /** Waits until all scheduled steps are committed. */
  async settle(): Promise<void> {
    await this.control.until(() => this.#steps.size === 0);
  }

  /** Every group once all scheduled steps are committed. No step may be scheduled meanwhile. */
  async captureState(): Promise<GroupState[]> {
    return this.#states.capture(await this.#settledVersions());
  }

  #openControlPlane(heartbeatMs: number, stallMs: number): ControlPlane {
    const { listener, origin, description, onNotice } = this.#options;
    return new ControlPlane({
      listener, origin, heartbeatMs, stallMs,
      required: description.config.cluster,
      onRegistered: (member) => {
        const { name, registration: { processId, host, device, fingerprint, address } } = member;
        this.#log.info({ member: name, processId, host, device, fingerprint, address }, `${name} has registered`);
        this.#notices.registered(member);
        this.#welcomes.registered(member);
      },
      onReady: (member) => { this.#ready(member); },
      onMessage: (member, body) => { this.#receive(member, body); },
      onLost: (member, error) => { this.#lost(member, error); },
      onAbsence: (member) => { this.#absenceChanged(member); },
      onTick: (nowMs) => {
        for (const sender of [this.#welcomes, this.evaluations, this.#steps]) sender.sendAgain(nowMs);
        this.#supervisor.tick(nowMs);
      },
      onRefused: (message, code) => { onNotice(`refused: ${message}`, { code }); },
    });
  }

  #versionOf(group: string): GroupVersion {
    const version = this.#versions.get(group);
    if (version === undefined) throw new TypeError(`the group ${group} was never loaded`);
    return { group, version };
  }

  async #settledVersions(): Promise<GroupVersion[]> {
    await this.settle();
    return this.#options.description.layouts.map(({ name }) => this.#versionOf(name));
  }

  #ready(member: Member): void {
    this.#log.info({ member: member.name }, `${member.name} is ready`);
    if (member.role !== 'worker') return;
    const { description: { config: { shards, cluster } }, onNotice } = this.#options;
    this.#notices.joined();
    // One that this machine has beyond those of the run is there to measure it.
    const isOfRun = cluster.listen !== null || member.index < cluster.workers;
    const isNew = !this.#joinedBefore.has(member.incarnation);
    this.#joinedBefore.add(member.incarnation);
    const workers = this.control.roster.ready('worker').length;
    const isNotable = isNew && isOfRun && this.#steps.deadline.isKnown;
    if (isOfRun && workers > shards) onNotice(`${member.name} stands by as a spare: there are ${shards} shards for ${workers} workers`);
    else if (isNotable) onNotice(`${member.name} has joined: ${workers} ${workers === 1 ? 'worker' : 'workers'}`);
    this.#supervisor.workerAvailable();
  }

  #lost(member: Member, error: LetheError): void {
    const { onLost, onNotice } = this.#options;
    const about = { member: member.name, error };
    onLost(member, error);
    this.#lostMs ??= performance.now();
    if (member.role === 'worker') {
      onNotice(`${error.message}; ${this.#supervisor.substitutes}`, about);
      this.#fence(member.incarnation);
      this.#supervisor.reassign();
      return;
    }
    onNotice(`${error.message}; all servers go back to the last checkpoint`, about);
    const interruption = new LetheError('SERVER_LOST', error.message, { cause: error });
    this.#steps.clear();
    this.#versions.clear();
    this.#lastCommitted = null;
    this.#welcomes.clear();
    this.#offences.clear();
    this.control.beginEpoch(interruption);
    this.#log.info({}, `epoch ${this.control.epoch} begins: every process has to get ready again`);
    this.evaluations.clear(interruption);
  }

  #absenceChanged(member: Member): void {
    const { description: { config: { cluster } }, onNotice } = this.#options;
    const isWorker = member.role === 'worker';
    const about = { member: member.name, absence: member.absence };
    if (isWorker && member.state !== 'ready') return;
    if (member.absence === null) {
      onNotice(`${member.name} is heard again`, about);
      if (isWorker) this.#supervisor.workerAvailable();
      return;
    }
    const consequence = isWorker ? this.#supervisor.substitutes : `the run waits for it, ${cluster.stallSeconds} s at most`;
    onNotice(`${describeMember(member)} is ${member.absence}; ${consequence}`, about);
    if (isWorker) this.#supervisor.reassign();
  }

  #receive(member: Member, body: MessageBody): void {
    const { onCommitReport, onStepReport } = this.#options;
    switch (body.kind) {
      case 'committed':
        this.#committed(member, body);
        return;
      case 'commitReport':
        if (member.index === 0) throw new LetheError('MESSAGE_FORBIDDEN', 'the lead parameter server reported a commit as the others do');
        this.#steps.checkCommit(body);
        onCommitReport(member, body);
        return;
      case 'stepReport': {
        const isFirst = this.#steps.report(body, member);
        if (member.absence === 'late') member.absence = null;
        if (isFirst) onStepReport(member, body);
        return;
      }
      case 'unreached':
        this.#notices.unreached(member, body);
        return;
      case 'evaluated':
        this.evaluations.evaluated(member, body);
        return;
      case 'offence':
        this.#offences.handle(member, body);
        return;
      case 'stateLoaded':
      case 'stateCaptured':
        return; // of a state that is not waited for any more
      default:
        throw new LetheError('MESSAGE_FORBIDDEN', `it sent a ${body.kind} that was not asked for`);
    }
  }

  #committed(server: Member, committed: Committed): void {
    if (server.index !== 0) throw new LetheError('MESSAGE_FORBIDDEN', 'it reported a commit as only the lead parameter server does');
    if (!this.#steps.commit(committed)) return;
    const { onCommitReport, onCommitted, onNotice } = this.#options;
    this.#offences.close(committed);
    this.#lastCommitted = committed;
    this.abandonment.committed();
    if (this.#lostMs !== null) onNotice(`the run goes on after ${((performance.now() - this.#lostMs) / 1000).toFixed(1)} s`);
    this.#lostMs = null;
    onCommitReport(server, committed);
    onCommitted(committed);
  }

  /** Has the servers refuse whatever the process of this incarnation still sends. */
  #fence(incarnation: string): void {
    const { control } = this;
    for (const server of control.roster.present('parameter-server')) void control.send(server, { kind: 'fence', fenced: incarnation });
  }

  #failed(error: unknown): void {
    this.control.fail(error instanceof LetheError ? error : new LetheError('PROCESS_DIED', 'the coordinator failed', { cause: error }));
  }
}
