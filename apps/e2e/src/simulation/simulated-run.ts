import { weightsHash } from '@lethe/checkpoint';
import type { RunConfig } from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { heartbeatIdentity, sendHeartbeats, type Member } from '@lethe/membership';
import { runParameterServer } from '@lethe/parameter-store';
import type { Committed, Role } from '@lethe/protocol';
import type { HeldVector } from '@lethe/tensorflow';
import { TrainingCluster } from '@lethe/cluster';
import type { RunDescription } from '@lethe/graphs';
import { runWorker } from '@lethe/worker';
import { FarthestVersions, RestartPolicy, outlastServers, RoundLossCollector, trainingRun, type RunState } from '@lethe/lethe/parts';
import { SimulatedNetwork, type Fate, type Passage } from './simulated-network.js';
import { firstGroups, smallGame, smallGradients, smallGrid } from './small-game.js';
import type { VirtualClock } from './virtual-clock.js';

/** What a schedule of faults may do to a run, and asks it about. */
export interface Victims {
  /** Its present life. */
  readonly coordinator: string;
  /** The processes of a role that live, in order. */
  living(role: Role): string[];
  kill(process: string): void;
  stop(process: string): void;
  goOn(process: string): void;
  /** Ends the coordinator and with it everyone; another one resumes from the last checkpoint. */
  killCoordinator(): void;
}

export interface SimulatedRunOptions {
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** A complete configuration. */
  readonly raw: RunConfig;
  readonly workers: number;
  readonly servers: number;
  /** How long the game is; a few unless given. */
  readonly rounds?: number;
  readonly fateOf: (passage: Passage, victims: Victims) => Fate;
}

export interface SimulatedOutcome {
  readonly hash: string;
  /** Rounds as the metrics show them. */
  readonly rounds: readonly number[];
  readonly losses: readonly number[];
  /** What was drawn after each epoch. */
  readonly grids: readonly (readonly [rounds: number, grid: readonly number[]])[];
}

/** Deaths in a row after which a process is given up, less one. */
export const RESTARTS = 5;
/** Silence after which a process is given up. */
export const STALL_MS = 3000;
export const HEARTBEAT_MS = 100;
const START_MS = 20;
const RESUME_MS = 50;
/** Of the grid that is drawn after every epoch. */
const GRID_ROWS = 4;
const NO_DATA = {
  train: { labels: new Uint32Array(1), groups: null }, test: { count: 0, inputs: { values: 'bytes' } }, heldOut: null,
} as unknown as DataSource;

/** A whole run in this process: the real coordinator, servers and workers, on a simulated network and virtual time. */
export class SimulatedRun implements Victims {
  readonly network: SimulatedNetwork;
  /** What whoever watches would have read. */
  readonly notices: string[] = [];
  /** Names of the workers that reported on steps of a round. */
  readonly reporters = new Map<number, ReadonlySet<string>>();
  readonly #options: SimulatedRunOptions;
  readonly #description: RunDescription;
  readonly #processes = new Map<string, { readonly role: Role; readonly index: number; readonly end: AbortController }>();
  /** The run's folder: what outlives the coordinator. */
  #saved: RunState;
  /** Rounds after which an epoch was judged last. */
  #judgedRounds = 0;
  /** By the rounds played. */
  readonly #grids = new Map<number, number[]>();
  #metrics: { round: number; loss: number }[] = [];
  #lives = 0;
  #coordinator = '';
  #policy = new RestartPolicy(0);
  /** Workers that are not given up. */
  #workersToCome = 0;
  #cluster: TrainingCluster | null = null;
  #onCoordinatorKilled: (error: Error) => void = () => undefined;

  constructor(options: SimulatedRunOptions) {
    this.#options = options;
    const { clock, random, raw, workers, servers } = options;
    this.#description = smallGame(
      raw,
      {
        workers,
        servers,
        awaitWorkers: 1,
        heartbeatSeconds: HEARTBEAT_MS / 1000,
        stallSeconds: STALL_MS / 1000,
        patienceSeconds: 60,
        restarts: RESTARTS,
        listen: null,
      },
      options.rounds,
    );
    this.network = new SimulatedNetwork({ clock, random, fateOf: (passage) => options.fateOf(passage, this) });
    this.#saved = { rounds: 0, steps: 0, groups: firstGroups(this.#description) };
  }

  async play(): Promise<SimulatedOutcome> {
    for (;;) {
      const killed = new Promise<never>((_, reject) => { this.#onCoordinatorKilled = reject; });
      try {
        const state = await Promise.race([this.#playOnce(), killed]);
        return {
          hash: weightsHash(state.groups),
          rounds: this.#metrics.map(({ round }) => round),
          losses: this.#metrics.map(({ loss }) => loss),
          grids: [...this.#grids],
        };
      } catch (error) {
        if (error !== COORDINATOR_KILLED) throw error;
        await new Promise<void>((resolve) => { this.#options.clock.after(RESUME_MS, resolve); });
        this.#metrics = this.#metrics.filter(({ round }) => round <= this.#saved.rounds);
      }
    }
  }

  get coordinator(): string {
    return this.#coordinator;
  }

  /** Rounds that are in the last checkpoint. */
  get savedRounds(): number {
    return this.#saved.rounds;
  }

  living(role: Role): string[] {
    return [...this.#processes]
      .filter(([, process]) => process.role === role)
      .sort(([, a], [, b]) => a.index - b.index)
      .map(([name]) => name);
  }

  kill(process: string): void {
    const victim = this.#processes.get(process);
    if (victim === undefined) return;
    this.#processes.delete(process);
    this.network.kill(process);
    victim.end.abort();
    const [coordinator, cluster] = [this.#coordinator, this.#cluster];
    this.#options.clock.after(1, () => {
      if (coordinator !== this.#coordinator || cluster === null) return;
      this.#exited(cluster, process, victim);
    });
  }

  stop(process: string): void {
    this.network.stop(process);
  }

  goOn(process: string): void {
    this.network.goOn(process);
  }

  killCoordinator(): void {
    this.network.kill(this.#coordinator);
    this.#coordinator = '';
    for (const process of [...this.#processes.keys()]) this.kill(process);
    this.#onCoordinatorKilled(COORDINATOR_KILLED);
  }

  async #playOnce(): Promise<RunState> {
    const description = this.#description;
    const { servers, workers } = description.config.cluster;
    const name = `coordinator-${(this.#lives += 1)}`;
    this.#coordinator = name;
    this.#workersToCome = workers;
    const policy = new RestartPolicy(description.config.cluster.restarts);
    this.#policy = policy;
    const start: RunState = this.#saved;
    const collector = new RoundLossCollector(description.objective);
    const farthest = new FarthestVersions();
    let shown = start.rounds;
    const reported = new Set<Member>();
    const listener = await this.network.transportOf(name).listen(`memory://${name}`);
    const cluster: TrainingCluster = new TrainingCluster({
      listener, description,
      origin: { runId: name, epoch: 1, sender: 'coordinator', incarnation: name },
      onCommitted: (committed) => {
        if (farthest.reached(committed))
          for (const server of this.living('parameter-server')) policy.worked(placeOf(this.#processes.get(server)));
        for (const { incarnation, refusals } of reported) if (refusals === 0) policy.worked(placeOf(this.#processes.get(incarnation)));
        reported.clear();
        shown = this.#committed(collector, committed, shown, name);
      },
      onCommitReport: () => undefined,
      onStepReport: (worker, { round }) => {
        this.reporters.set(round, new Set([...(this.reporters.get(round) ?? []), worker.name]));
        reported.add(worker);
      },
      onNotice: (line) => { this.notices.push(line); },
      onLost: ({ incarnation }) => { this.kill(incarnation); },
    });
    this.#cluster = cluster;
    for (let index = 0; index < servers; index += 1) this.#launch(cluster, 'parameter-server', index);
    for (let index = 0; index < workers; index += 1) this.#launch(cluster, 'worker', index);
    await outlastServers(cluster, () => start.groups, () => cluster.assemble(start.groups, workers));
    const outcome = await trainingRun({
      description,
      cluster,
      start,
      data: NO_DATA,
      gridRows: GRID_ROWS,
      earlierFigures: [],
      judgedRounds: this.#judgedRounds,
      signal: new AbortController().signal,
      takeCheckpointRequest: () => false,
      record: {
        epoch: async ({ rounds, grid }) => {
          if (this.#coordinator !== name) return;
          this.#judgedRounds = rounds;
          this.#grids.set(rounds, [...(grid ?? [])]);
        },
        pauseClock: () => undefined, notice: (line) => { this.notices.push(line); }, resumeClock: () => undefined,
        checkpoint: async (state) => { if (this.#coordinator === name) this.#saved = state; },
      },
    });
    await cluster.control.close('the run is over');
    if (outcome.divergence !== null) throw outcome.divergence;
    return outcome.state;
  }

  #committed(collector: RoundLossCollector, committed: Committed, shown: number, coordinator: string): number {
    const complete = collector.add(committed);
    if (complete === null || complete.round < shown || coordinator !== this.#coordinator) return shown;
    this.#metrics.push({ round: complete.round + 1, loss: complete.losses['reconstruction_mse'] ?? Number.NaN });
    return complete.round + 1;
  }

  #launch(cluster: TrainingCluster, role: Role, index: number): void {
    const incarnation = `${role}-${index + 1}.${(this.#lives += 1)}`;
    const coordinator = this.#coordinator;
    const end = new AbortController();
    cluster.control.roster.reserve(incarnation, role, index);
    this.#processes.set(incarnation, { role, index, end });
    this.#options.clock.after(START_MS * (1 + this.#options.random()), () => {
      if (!this.#processes.has(incarnation)) return;
      const life = role === 'worker' ? this.#worker(incarnation, coordinator) : this.#server(incarnation, coordinator, end.signal);
      // Whoever fails on its own dies, as a process would.
      life.catch(() => { this.kill(incarnation); });
    });
  }

  #exited(cluster: TrainingCluster, incarnation: string, { role, index }: { role: Role; index: number }): void {
    const delayMs = this.#policy.died(placeOf({ role, index }));
    cluster.control.processExited(incarnation, 'killed');
    const error = new LetheError('PROCESS_DIED', `${role} ${index + 1} died too often`);
    if (delayMs === null && role === 'worker') {
      cluster.expectAtMost((this.#workersToCome -= 1));
      if (cluster.control.roster.present('worker').length === 0 && this.#workersToCome === 0) cluster.abandonment.begin(error);
    } else if (delayMs === null) cluster.control.fail(error);
    else
      this.#options.clock.after(delayMs, () => {
        if (this.#cluster === cluster && this.#coordinator !== '') this.#launch(cluster, role, index);
      });
  }

  #worker(incarnation: string, coordinator: string): Promise<void> {
    const { engine, threads } = this.#description.config.cluster;
    // Whatever holds of a cluster holds where its workers have several versions of Node.
    const node = (this.#processes.get(incarnation)?.index ?? 0) % 2;
    const transport = this.network.transportOf(incarnation);
    const controlAddress = `memory://${coordinator}`;
    return runWorker({
      transport, controlAddress, trust: {}, host: 'here', fingerprint: `${engine} threads=${threads} node=${node}`,
      origin: { runId: coordinator, epoch: 1, sender: 'worker', incarnation },
      engine: { name: 'native', version: '0', device: 'cpu', hold: heldOnce, vector: (length) => new Float32Array(length) },
      prepare: async () => ({
        description: this.#description,
        gradients: smallGradients(this.#description),
        evaluator: { evaluate: smallGrid, dispose: () => undefined },
      }),
      openHeartbeat: (first, onOrphaned) => {
        let last = first;
        const connected = transport.connect(controlAddress, { identity: heartbeatIdentity(incarnation) });
        const stop = connected.then((connection) => sendHeartbeats(connection, () => last, onOrphaned));
        return { update: (status) => { last = status; }, stop: async () => (await stop)() };
      },
    });
  }

  #server(incarnation: string, coordinator: string, signal: AbortSignal): Promise<void> {
    return runParameterServer({
      transport: this.network.transportOf(incarnation),
      controlAddress: `memory://${coordinator}`,
      dataAddress: `memory://${incarnation}`,
      listenerTrust: {},
      memberTrust: {},
      runId: coordinator,
      epoch: 1,
      incarnation,
      host: 'here',
      processId: 1,
      signal,
      planOf: () => ({ ...this.#description, phases: this.#description.objective.phases, freshNetworks: () => new Map() }),
    });
  }
}

/** As an engine holds a vector: what is freed twice, or was, is an error. */
function heldOnce(values: Float32Array): HeldVector {
  let isFreed = false;
  return Object.assign(values.slice(), {
    dispose: () => {
      if (isFreed) throw new Error('a held vector was freed twice');
      isFreed = true;
    },
  });
}

const COORDINATOR_KILLED = new Error('the coordinator was killed');

function placeOf(process: { readonly role: Role; readonly index: number } | undefined): string {
  return `${process?.role ?? ''} ${process?.index ?? ''}`;
}
