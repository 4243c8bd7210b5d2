import { interOpThreads, PLACED, type LogLevel } from '@lethe/config';
import { errorMessage, LetheError, type ErrorCode } from '@lethe/errors';
import type { ControlPlane, Member } from '@lethe/membership';
import { LocalPlacement, type PlacedProcess, type Placement, type ProcessToPlace, type Resources } from '@lethe/placement';
import { commandLineProgram, INSTALLATION, LACKING_EXIT_CODE, localProgram, type ProcessStart } from '@lethe/programs';
import { newIncarnation, type Role } from '@lethe/protocol';
import { engineEnvironment, type Gpu } from '@lethe/tensorflow';
import type { RunDescription } from '@lethe/graphs';
import type { LogFields } from '@lethe/telemetry/log';
import { PrintedError } from './printed-error.js';
import { RestartPolicy } from './restart-policy.js';

export interface ProcessKeeperOptions {
  readonly description: RunDescription;
  readonly control: ControlPlane;
  /** A worker of this machine is not started again. @param left number of workers of this machine that are not given up */
  readonly onWorkerGivenUp: (error: LetheError, left: number) => void;
  readonly logsFolder: string;
  readonly logLevel: LogLevel;
  /** What the started processes inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** The GPU of each worker of this machine; null: the CPU. */
  readonly devices: readonly (Gpu | null)[];
  /** Where workers run. Servers are beside the coordinator. */
  readonly workersOn: PlacedWorkers;
  readonly start: Omit<
    ProcessStart, 'dataAddress' | 'incarnation' | 'interOpThreads' | 'epoch' | 'name' | 'logFile' | 'logLevel' | 'elsewhere'
  >;
  /** Where a server listens, in each of its lives somewhere else: nothing meant for the one before reaches it. */
  readonly dataAddressOf: (server: number, life: number) => string;
  readonly onNotice: (line: string, about?: LogFields) => void;
}

/** A placement of workers; null: this machine, as `devices` and `cores` say. */
export type PlacedWorkers = { readonly placement: Placement; readonly resources: Resources } | null;

/** How long a process may take to end after it was asked to, before it is killed. */
const GRACE_MS = 2000;

/** The place of a process: whenever the process dies, the next one takes the same place. */
interface Place {
  readonly role: Role;
  readonly index: number;
  /** Where its last life began; null: it never did. */
  host: string | null;
  lives: number;
  /** What its last lives said that no further one mends. */
  lasting: Lasting & { readonly lives: number } | null;
}

/** Why a life has ended, if that lasts. */
interface Lasting {
  /** Null: it lacks what it computes with, and has told no code. */
  readonly code: ErrorCode | null;
  readonly message: string;
}

/** What is wrong with the run's game: every worker finds it, in each of its lives. */
const OF_THE_GAME: ReadonlySet<ErrorCode> = new Set(['GAME_INVALID', 'TRACE_FOREIGN_TENSOR', 'TRACE_RANDOMNESS', 'TRACE_VALUE_READ']);

/** Failures that another life of a worker does not mend, but for a disk that was away for a moment. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  ...OF_THE_GAME,
  'CODE_INVALID', 'CODE_MISSING', 'DATA_INVALID', 'DATA_MISSING', 'CONFIG_INVALID', 'SCHEMA_MISMATCH', 'FINGERPRINT_MISMATCH',
  'ENGINE_MISSING', 'ENGINE_SETUP_FAILED', 'ENGINE_UNSUPPORTED_PLATFORM',
]);
const HOPELESS_LIVES = 2;

/** Places the servers and workers of a run, and places those again that die. */
export class ProcessKeeper {
  readonly #options: ProcessKeeperOptions;
  readonly #here: Placement;
  /** By incarnation. */
  readonly #running = new Map<string, PlacedProcess>();
  readonly #policy: RestartPolicy;
  /** By incarnation. */
  readonly #places = new Map<string, Place>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  /** Since the last commit. */
  readonly #reported = new Set<Member>();
  /** Worker places that are not given up. */
  #workersLeft: number;
  /** Workers that were ever to be here, those that are given up among them. */
  #workers: number;
  #isClosing = false;

  constructor(options: ProcessKeeperOptions) {
    this.#options = options;
    this.#policy = new RestartPolicy(options.description.config.cluster.restarts);
    this.#here = new LocalPlacement(options.environment);
    this.#workers = options.description.config.cluster.workers;
    this.#workersLeft = this.#workers;
  }

  /**
   * A worker that cannot be started is as one that died, unless no worker can.
   * @throws whatever keeps a server or all workers from being started, such as a folder that takes no log file; others may have been
   */
  start(): void {
    const { servers } = this.#options.description.config.cluster;
    for (let index = 0; index < servers; index += 1) this.#launch(newPlace('parameter-server', index));
    const failed = this.#launchWorkers(0, this.#workers);
    const [first] = failed;
    if (first !== undefined && failed.length === this.#workers) throw first.error;
    for (const { incarnation, error } of failed) this.#notStarted(incarnation, error);
  }

  /**
   * Starts further workers on this machine, on its processors, until it has had as many as this. One that cannot be started is as one that
   * died: the others go on without it.
   */
  growTo(workers: number): void {
    const before = this.#workers;
    // All of them count before the first is started: each gets as many operations at a time as all together leave it.
    this.#workers = Math.max(before, workers);
    this.#workersLeft += this.#workers - before;
    for (const { incarnation, error } of this.#launchWorkers(before, workers)) this.#notStarted(incarnation, error);
  }

  /** A worker says that it did its part; the next commit shows whether that was worth something. */
  reported(worker: Member): void {
    this.#reported.add(worker);
  }

  /**
   * The workers of whom nothing was refused did what they are there for: the next time that they die is a first time. So did the servers,
   * if the game has never come so far: one that dies at every checkpoint would be started again for ever otherwise, as what is played
   * again before it is committed too.
   */
  committed(isFarther: boolean): void {
    const workers = [...this.#reported].filter(({ refusals }) => refusals === 0);
    this.#reported.clear();
    for (const { incarnation } of [...workers, ...(isFarther ? this.#options.control.roster.ready('parameter-server') : [])]) {
      const place = this.#places.get(incarnation);
      if (place !== undefined) this.#policy.worked(nameOf(place));
    }
  }

  /** Ends a process that is not waited for any more; nothing happens to one of another machine. */
  end(incarnation: string, why: LetheError): void {
    const place = this.#places.get(incarnation);
    if (place !== undefined) learn(place, LASTING.has(why.code) ? why : null);
    this.#running.get(incarnation)?.kill();
  }

  kill(): void {
    this.stopRestarting();
    for (const running of this.#running.values()) running.kill();
  }

  /** Waits until all have ended on their own, then ends the rest by force. */
  async close(): Promise<void> {
    this.stopRestarting();
    const force = setTimeout(() => { this.kill(); }, GRACE_MS);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    clearTimeout(force);
  }

  /** From now on processes may end. */
  stopRestarting(): void {
    this.#isClosing = true;
    for (const restart of this.#restarts) clearTimeout(restart);
  }

  /** @returns those of the workers from number `first` to `end` that could not be started */
  #launchWorkers(first: number, end: number): { readonly incarnation: string; readonly error: unknown }[] {
    return Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place).flatMap((index) => {
      const incarnation = newIncarnation();
      try {
        this.#launch(newPlace('worker', index), incarnation);
        return [];
      } catch (error) {
        return [{ incarnation, error }];
      }
    });
  }

  /** For want of memory or disk, say: it may be better the next time. */
  #notStarted(incarnation: string, error: unknown): void {
    this.#exited(incarnation, `it cannot be started: ${errorMessage(error)}`);
  }

  #launch(place: Place, incarnation = newIncarnation()): void {
    const { control, workersOn } = this.#options;
    const { role, index } = place;
    const name = nameOf(place);
    place.lives += 1;
    this.#places.set(incarnation, place);
    control.roster.reserve(incarnation, role, index);
    const elsewhere = role === 'worker' ? workersOn : null;
    const printed = new PrintedError(`${this.#options.logsFolder}/${name}.log`);
    const placed = (elsewhere?.placement ?? this.#here).place({
      ...(elsewhere === null ? this.#programHere(place) : programElsewhere()),
      name, printedFile: printed.file,
      message: JSON.stringify(this.#startOf(place, incarnation, elsewhere)),
      resources: elsewhere?.resources ?? { cores: null, gpus: 0 },
      onStarted: (host) => { this.#startedOn(host, place); },
    });
    this.#running.set(incarnation, placed);
    void placed.ended.then(({ code, how }) => {
      this.#running.delete(incarnation);
      if (control.roster.find(incarnation) !== undefined) {
        this.#exited(incarnation, how);
        return;
      }
      // It has told the coordinator nothing: what it said last is in what it printed.
      const said = code === null || code === 0 ? null : printed.read();
      learn(place, code === LACKING_EXIT_CODE ? { code: null, message: said ?? how } : null);
      this.#exited(incarnation, said === null ? how : `${said} (${how})`);
    });
  }

  /** A program of this machine runs as it is, in the environment that this machine's devices and cores ask for. */
  #programHere({ role, index }: Place): Pick<ProcessToPlace, 'command' | 'folder' | 'environment'> {
    const { devices, description: { config: { cluster: { threads } } } } = this.#options;
    const { entry, nodeFlags, folder, environment } = localProgram(role);
    const computing = { threads, interOpThreads: this.#operations(), gpu: devices[index] ?? null };
    return {
      command: [process.execPath, ...process.execArgv, ...nodeFlags, entry, PLACED],
      folder, environment: { ...environment, ...this.#options.environment, ...(role === 'worker' ? engineEnvironment(computing) : {}) },
    };
  }

  #startOf(place: Place, incarnation: string, elsewhere: PlacedWorkers): ProcessStart {
    const { control, start, logsFolder, logLevel, dataAddressOf } = this.#options;
    const name = nameOf(place);
    return {
      ...start, incarnation, name, logLevel, epoch: control.epoch, logFile: `${logsFolder}/${name}.jsonl`,
      interOpThreads: this.#operations(), elsewhere: elsewhere?.resources ?? null,
      dataAddress: place.role === 'worker' ? '' : dataAddressOf(place.index, place.lives),
    };
  }

  /** Operations at a time of each worker of this machine. */
  #operations(): number {
    return interOpThreads(this.#options.cores, this.#workers);
  }

  /** Where a process of this machine starts is no news. */
  #startedOn(host: string, place: Place): void {
    const { workersOn, onNotice } = this.#options;
    const before = place.host;
    place.host = host;
    if (workersOn === null || place.role !== 'worker' || before === host) return;
    const name = nameOf(place);
    onNotice(before === null ? `${name} starts on ${host}` : `${name} moves from ${before} to ${host}`, { member: name });
  }

  #exited(incarnation: string, how: string): void {
    const place = this.#places.get(incarnation);
    this.#places.delete(incarnation);
    if (place === undefined || this.#isClosing) return;
    const { control, onNotice } = this.#options;
    const name = nameOf(place);
    const delayMs = isHopeless(place) ? null : this.#policy.died(name);
    if (control.roster.find(incarnation) === undefined) onNotice(`${name} ended while starting: ${how}`, { member: name });
    control.processExited(incarnation, how);
    if (delayMs === null) {
      this.#giveUp(place, how);
      return;
    }
    onNotice(`${name} is started again${delayMs === 0 ? '' : ` in ${delayMs / 1000} s`}`, { member: name, lives: place.lives });
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      const incarnation = newIncarnation();
      try {
        this.#launch(place, incarnation);
      } catch (error) {
        this.#notStarted(incarnation, error);
      }
    }, delayMs);
    this.#restarts.add(restart);
  }

  /** Nothing goes on without all servers, but without some of the workers. */
  #giveUp(place: Place, how: string): void {
    const { control, onWorkerGivenUp, description: { config: { cluster } } } = this.#options;
    const { lasting } = place;
    const ends =
      lasting === null || !isHopeless(place)
        ? `${cluster.restarts + 1} deaths in a row, the last one: ${how}`
        : `${lasting.lives} lives that ended alike: ${lasting.message}`;
    const error = lasting !== null && lasting.code !== null && OF_THE_GAME.has(lasting.code)
      ? new LetheError(lasting.code, lasting.message)
      : new LetheError('PROCESS_DIED', `${nameOf(place)} is not started again after ${ends}`);
    if (place.role === 'parameter-server') {
      control.fail(error);
      return;
    }
    this.#workersLeft -= 1;
    onWorkerGivenUp(error, this.#workersLeft);
  }
}

/** Whether a further life of a process would end as its last ones did. */
function isHopeless({ lasting }: Place): boolean {
  return lasting !== null && (lasting.lives >= HOPELESS_LIVES || (lasting.code !== null && OF_THE_GAME.has(lasting.code)));
}

/** @param lasting why its life has ended, if that lasts */
function learn(place: Place, lasting: Lasting | null): void {
  if (lasting === null) {
    place.lasting = null;
    return;
  }
  const { code, message } = lasting;
  place.lasting = { code, message, lives: place.lasting?.code === code ? place.lasting.lives + 1 : 1 };
}

function newPlace(role: Role, index: number): Place {
  return { role, index, host: null, lives: 0, lasting: null };
}

/** Elsewhere the command line comes first, which sets TensorFlow up on that machine. */
function programElsewhere(): Pick<ProcessToPlace, 'command' | 'folder' | 'environment'> {
  return { command: [process.execPath, commandLineProgram(), 'worker', PLACED], folder: INSTALLATION, environment: {} };
}

function nameOf({ role, index }: Place): string {
  return `${role}-${index + 1}`;
}
