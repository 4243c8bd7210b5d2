import { LetheError, errorCode, errorMessage } from '@lethe/errors';
import { checkOrigin, decodeMessage, encodeMessage, type Message, type MessageBody, type Origin, type Refused } from '@lethe/protocol';
import type { Listener } from '@lethe/transport';
import type { Member } from './member.js';
import { Roster, type RequiredEngine } from './roster.js';

type Kind = MessageBody['kind'];
type BodyOf<K extends Kind> = Extract<MessageBody, { kind: K }>;

interface Watcher {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Expectation {
  readonly member: Member | null;
  readonly kind: Kind;
  readonly matches: (body: MessageBody) => boolean;
  readonly resolve: (body: MessageBody) => void;
  readonly reject: (error: unknown) => void;
}

export interface ControlPlaneOptions {
  readonly listener: Listener;
  readonly origin: Origin;
  readonly required: RequiredEngine;
  /** Silence after which a member counts as hanging. */
  readonly stallMs: number;
  /** Everything that is neither awaited nor about membership. */
  readonly onMessage: (member: Member, body: MessageBody) => void;
  readonly onRegistered: (member: Member) => void;
  readonly onReady: (member: Member) => void;
  /** A process was turned away. */
  readonly onRefused: (message: string) => void;
}

/** How often silence is looked for. */
const WATCH_INTERVAL_MS = 500;

/**
 * The coordinator's ears and mouth: admits processes, hears that they live, and turns the first thing that goes wrong
 * into one error that every waiting call ends with.
 */
export class ControlPlane {
  readonly roster: Roster;
  readonly #options: ControlPlaneOptions;
  readonly #expectations = new Set<Expectation>();
  readonly #watchers = new Set<Watcher>();
  readonly #watch: NodeJS.Timeout;
  readonly #listening: Promise<void>;
  #failure: LetheError | undefined;
  #closed = false;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.roster = new Roster(options.required);
    this.#watch = setInterval(() => { this.#watchSilence(); }, WATCH_INTERVAL_MS);
    this.#listening = this.#listen();
  }

  async send(member: Member, body: MessageBody): Promise<void> {
    try {
      await this.#options.listener.send(member.incarnation, encodeMessage({ origin: this.#options.origin, body }));
    } catch (error) {
      if (member.state === 'gone' || this.#closed) return;
      throw new LetheError('PROCESS_DIED', `${member.name} cannot be reached any more`, { cause: error });
    }
  }

  /** The next message of that kind from that member (null: from anyone) which `matches`; rejects with whatever ends the run. */
  expect<K extends Kind>(member: Member | null, kind: K, matches: (body: BodyOf<K>) => boolean = () => true): Promise<BodyOf<K>> {
    return new Promise<BodyOf<K>>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#expectations.add({ member, kind, matches: (body) => matches(body as BodyOf<K>), resolve: (body) => { resolve(body as BodyOf<K>); }, reject });
    });
  }

  /** Waits until the condition holds, looked at after every message; rejects with whatever ends the run. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else if (condition()) resolve();
      else this.#watchers.add({ condition, resolve, reject });
    });
  }

  /** Ends the run with this error, unless something went wrong before. */
  fail(error: LetheError): void {
    this.#failure ??= error;
    for (const waiting of [...this.#expectations, ...this.#watchers]) waiting.reject(this.#failure);
    this.#expectations.clear();
    this.#watchers.clear();
  }

  /** The operating system says that a process of this run has ended. */
  processExited(incarnation: string, how: string): void {
    const member = this.roster.find(incarnation);
    if (member?.state === 'gone' || this.#closed) return;
    if (member !== undefined) member.state = 'gone';
    const who = member === undefined ? 'a process of this run' : `${member.name} (process ${member.registration.processId})`;
    this.fail(new LetheError('PROCESS_DIED', `${who} ended while ${member?.activity ?? 'starting'}: ${how}`));
  }

  /** Says goodbye to everyone and stops listening; members may end on their own from now on. */
  async close(reason: string): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const member of this.roster.present()) {
      await this.send(member, { kind: 'shutdown', reason });
      member.state = 'gone';
    }
    await this.#options.listener.close();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    for await (const { peer, frames } of this.#options.listener.messages) {
      try {
        this.#receive(peer, decodeMessage(frames));
      } catch (error) {
        await this.#refuse(peer, error);
      }
      for (const watcher of this.#watchers) {
        if (!watcher.condition()) continue;
        this.#watchers.delete(watcher);
        watcher.resolve();
      }
    }
  }

  #receive(peer: string, message: Message): void {
    const { body } = message;
    // Whoever was started by hand knows the address and the keys; the welcome tells it the run.
    const isNewcomer = body.kind === 'register' && message.origin.runId === '';
    const { runId, epoch } = this.#options.origin;
    const refusal = isNewcomer ? null : checkOrigin(message.origin, { runId, epoch });
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    if (body.kind === 'register') {
      this.#options.onRegistered(this.roster.admit(peer, body, performance.now()));
      return;
    }
    const member = this.roster.find(peer);
    if (member === undefined) throw new LetheError('PEER_UNKNOWN', `${message.origin.sender} has not registered`);
    if (member.state === 'gone') return;
    member.lastHeardMs = performance.now();
    this.#dispatch(member, body);
  }

  #dispatch(member: Member, body: MessageBody): void {
    for (const expectation of this.#expectations) {
      if (expectation.kind === body.kind && (expectation.member === null || expectation.member === member) && expectation.matches(body)) {
        this.#expectations.delete(expectation);
        expectation.resolve(body);
        return;
      }
    }
    switch (body.kind) {
      case 'heartbeat':
        member.activity = body.phase === '' ? 'waiting for work' : `in round ${body.round + 1}, phase ${body.phase}`;
        return;
      case 'ready':
        member.state = 'ready';
        member.activity = 'waiting for work';
        this.#options.onReady(member);
        return;
      case 'failed':
        this.fail(new LetheError(body.code === 'UNEXPECTED' ? 'PROCESS_DIED' : body.code, `${member.name}: ${body.message}`));
        return;
      default:
        this.#options.onMessage(member, body);
    }
  }

  /** Strangers are told why; the run goes on without them. */
  async #refuse(peer: string, error: unknown): Promise<void> {
    const code = errorCode(error);
    if (code === undefined) {
      this.fail(new LetheError('PROCESS_DIED', `the coordinator failed: ${errorMessage(error)}`, { cause: error }));
      return;
    }
    const body: Refused = { kind: 'refused', code, message: errorMessage(error) };
    this.#options.onRefused(body.message);
    await this.#options.listener.send(peer, encodeMessage({ origin: this.#options.origin, body })).catch(() => undefined);
  }

  #watchSilence(): void {
    const [silent] = this.roster.silent(performance.now() - this.#options.stallMs);
    if (silent === undefined) return;
    silent.state = 'gone';
    const seconds = Math.round(this.#options.stallMs / 1000);
    this.fail(new LetheError('PROCESS_STALLED', `${silent.name} (process ${silent.registration.processId} on ${silent.registration.host}) has been silent for ${seconds} s while ${silent.activity}`));
  }
}
