import { LetheError, errorCode, errorMessage, type ErrorCode } from '@lethe/errors';
import { checkOrigin, decodeMessage, encodeMessage, isPermitted, NOBODY, refusalOfStranger, type Message, type MessageBody, type Origin, type Refused } from '@lethe/protocol';
import type { Listener } from '@lethe/transport';
import { describeMember, type Member } from './member.js';
import { heartbeatIdentity } from './heartbeat-sender.js';
import { Roster, type RequiredEngine } from './roster.js';
import { FailureDetector } from './failure-detector.js';
import { Waiting } from './waiting.js';

type BodyOf<K extends MessageBody['kind']> = Extract<MessageBody, { kind: K }>;

export interface ControlPlaneOptions {
  readonly listener: Listener;
  readonly origin: Origin;
  readonly required: RequiredEngine;
  /** How often members tell that they live. */
  readonly heartbeatMs: number;
  /** Silence after which a member counts as dead. */
  readonly stallMs: number;
  /**
   * Everything that is neither awaited nor about membership, and that the table of permissions allows its sender. May throw
   * MESSAGE_FORBIDDEN for what nobody asked of that member: it is thrown out.
   */
  readonly onMessage: (member: Member, body: MessageBody) => void;
  readonly onRegistered: (member: Member) => void;
  readonly onReady: (member: Member) => void;
  /** A member is not to be waited for any more: it died, or was silent for too long. */
  readonly onLost: (member: Member, error: LetheError) => void;
  /** A member was not heard for two heartbeats, or is heard again. */
  readonly onAbsence: (member: Member) => void;
  /** Looked at several times in each heartbeat. */
  readonly onTick: (nowMs: number) => void;
  /** A process was turned away. */
  readonly onRefused: (message: string) => void;
}

/** What answers a request, and after how long it is sent again when it was sent so many times before. */
export interface Question<Answer extends MessageBody> {
  readonly isAnswer: (body: MessageBody) => body is Answer;
  readonly limitMs: (times: number) => number;
}

/** What a receiver finds wrong with a message: it is the sender that is at fault, not this process. */
const MISCONDUCT: ReadonlySet<ErrorCode> = new Set([
  'MESSAGE_FORBIDDEN', 'MESSAGE_MALFORMED', 'PROTOCOL_MISMATCH', 'RUN_UNKNOWN', 'INCARNATION_STALE', 'PEER_UNKNOWN', 'PEER_UNAUTHORISED', 'FINGERPRINT_MISMATCH',
]);

/** Failures of a server that say nothing against the run: another life of it may do better. */
const OWN_FAILURES: ReadonlySet<string> = new Set(['UNEXPECTED', 'CONNECTION_CLOSED', 'DEADLINE_EXCEEDED', 'MESSAGE_MALFORMED', 'QUEUE_FULL']);

/**
 * The coordinator's ears and mouth: admits processes and hears that they live. Who dies is told to the cluster, which goes on
 * without; what nobody survives becomes one error that every waiting call ends with.
 */
export class ControlPlane {
  readonly roster: Roster;
  readonly #options: ControlPlaneOptions;
  readonly #waiting = new Waiting();
  readonly #watch: FailureDetector;
  readonly #listening: Promise<void>;
  #epoch: number;
  #closed = false;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#epoch = options.origin.epoch;
    this.roster = new Roster(options.required);
    this.#watch = new FailureDetector({
      ...options, roster: this.roster,
      onSilent: (member) => { this.#absent(member); },
      onDead: (member) => { this.lose(member, this.#stalled(member)); },
    });
    this.#listening = this.#listen();
  }

  get epoch(): number {
    return this.#epoch;
  }

  async send(member: Member, body: MessageBody): Promise<void> {
    if (body.kind === 'welcome') member.isWelcomed = true;
    try {
      await this.#options.listener.send(member.incarnation, encodeMessage({ origin: this.#origin, body }));
    } catch (error) {
      if (member.state === 'gone' || this.#closed) return;
      this.lose(member, new LetheError('PROCESS_DIED', `${describeMember(member)} cannot be reached any more`, { cause: error }));
    }
  }

  /**
   * Sends a request, and again whenever its answer is late: one of them may have been lost. Who is silent is asked when it is heard.
   *
   * @returns the next message from that member that is an `answer`; rejects with whatever ends or interrupts the run.
   */
  async ask<Answer extends MessageBody>(member: Member, request: MessageBody, { isAnswer, limitMs }: Question<Answer>): Promise<Answer> {
    const answered = this.#waiting.expect(member, isAnswer);
    let timer: NodeJS.Timeout | undefined;
    const send = (times: number): void => {
      timer = setTimeout(() => { send(times + 1); }, limitMs(times));
      if (times === 0 || member.absence !== 'silent') void this.send(member, request);
    };
    send(0);
    try {
      return await answered as Answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the condition holds, looked at after every message; rejects with whatever ends or interrupts the run. */
  until(condition: () => boolean): Promise<void> {
    return this.#waiting.until(condition);
  }

  /** Something that `until` may wait for has changed without a message. */
  recheck(): void {
    this.#waiting.recheck();
  }

  /** Ends the run with this error, unless something went wrong before. */
  fail(error: LetheError): void {
    this.#waiting.fail(error);
  }

  /**
   * Begins the next epoch: what was handed out means nothing any more, all members have to get ready anew. Interrupts
   * whoever waits.
   */
  beginEpoch(error: LetheError): void {
    this.#epoch += 1;
    for (const member of this.roster.present()) Object.assign(member, { state: 'joining', isWelcomed: false } satisfies Partial<Member>);
    this.interrupt(error);
  }

  /** Every call that waits, and every one from now on, rejects with the error until `resume`. */
  interrupt(error: LetheError): void {
    this.#waiting.interrupt(error);
  }

  resume(): void {
    this.#waiting.resume();
  }

  /** Waits for this member no longer. */
  lose(member: Member, error: LetheError): void {
    if (member.state === 'gone' || this.#closed) return;
    member.state = 'gone';
    this.#options.onLost(member, error);
    this.#waiting.recheck();
  }

  /** The operating system says that a process of this run has ended. */
  processExited(incarnation: string, how: string): void {
    const member = this.roster.find(incarnation);
    if (member === undefined) return;
    this.lose(member, new LetheError('PROCESS_DIED', `${member.name} (process ${member.registration.processId}) ended while ${member.activity}: ${how}`));
  }

  /** Says goodbye to everyone and stops listening; members may end on their own from now on. */
  async close(reason: string): Promise<void> {
    this.#closed = true;
    this.#watch.stop();
    for (const member of this.roster.present()) {
      await this.send(member, { kind: 'shutdown', reason });
      member.state = 'gone';
    }
    await this.#options.listener.close();
    await this.#listening;
  }

  get #origin(): Origin {
    return { ...this.#options.origin, epoch: this.#epoch };
  }

  async #listen(): Promise<void> {
    for await (const { peer, frames } of this.#options.listener.messages) {
      let runId = '';
      try {
        const message = decodeMessage(frames);
        ({ runId } = message.origin);
        this.#receive(peer, message);
      } catch (error) {
        await this.#turnAway(peer, runId, error);
      }
      this.#waiting.recheck();
    }
  }

  #receive(peer: string, message: Message): void {
    const { origin, body } = message;
    if (body.kind === 'heartbeat') {
      this.#beat(peer, origin, body);
      return;
    }
    const { runId } = this.#options.origin;
    // Whoever was started by hand knows the address and the keys; the welcome tells it the run, and everyone the epoch.
    const isNewcomer = body.kind === 'register' && origin.runId === '';
    const refusal = checkOrigin(origin, { runId: isNewcomer ? '' : runId, incarnation: peer, ...(body.kind === 'register' ? {} : { epoch: this.#epoch }) });
    const member = this.roster.find(peer);
    if (member !== undefined) this.#heard(member);
    // Said before it heard of the new epoch, or before it heard that it was given up.
    if (refusal?.code === 'EPOCH_STALE' || member?.state === 'gone') return;
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    const role = member?.role ?? (body.kind === 'register' ? body.role : 'worker');
    if (!isPermitted(body.kind, role, 'coordinator', member?.state ?? 'unregistered')) {
      throw member === undefined ? new LetheError('PEER_UNKNOWN', `a process that has not registered sent a ${body.kind}`) : forbidden(`it sent a ${body.kind} while it was ${member.state}`);
    }
    // Who has not heard that it is known says so again.
    if (body.kind === 'register') this.#options.onRegistered(member ?? this.roster.admit(peer, body, performance.now()));
    else if (member !== undefined && !this.#waiting.take(member, body)) this.#dispatch(member, body);
  }

  /** Comes from a connection of its own, and is answered, so that each side knows that the other lives. */
  #beat(peer: string, { runId, incarnation }: Origin, { phase, round, residentBytes }: BodyOf<'heartbeat'>): void {
    const ours = this.#options.origin.runId;
    // Nobody says of another that it lives.
    if ((runId !== ours && runId !== '') || (peer !== incarnation && peer !== heartbeatIdentity(incarnation))) return;
    if (peer !== incarnation) this.#options.listener.send(peer, encodeMessage({ origin: runId === ours ? this.#origin : NOBODY, body: { kind: 'heartbeatAck' } })).catch(() => undefined);
    const member = this.roster.find(incarnation);
    if (member === undefined) return;
    if (member.state === 'gone') {
      this.#sayIsGone(member);
      return;
    }
    member.residentBytes = Math.max(member.residentBytes, residentBytes);
    member.activity = phase === '' ? 'waiting for work' : `in round ${round + 1}, phase ${phase}`;
    this.#heard(member);
  }

  /** Who comes back after it was given up may join again, as somebody else. */
  #sayIsGone({ incarnation, name }: Member): void {
    const body: Refused = { kind: 'refused', code: 'INCARNATION_STALE', message: `${name} was taken for dead; it can join again`, request: 0 };
    this.#options.listener.send(incarnation, encodeMessage({ origin: this.#origin, body })).catch(() => undefined);
  }

  #heard(member: Member): void {
    member.lastHeardMs = performance.now();
    if (member.absence !== 'silent') return;
    member.absence = null;
    this.#options.onAbsence(member);
  }

  #absent(member: Member): void {
    member.absence = 'silent';
    this.#options.onAbsence(member);
  }

  #dispatch(member: Member, body: MessageBody): void {
    switch (body.kind) {
      case 'ready':
        if (member.state === 'ready') return; // it was asked again
        if (!member.isWelcomed) throw forbidden('it was ready before it was welcome');
        member.state = 'ready';
        member.activity = 'waiting for work';
        this.#options.onReady(member);
        return;
      case 'failed': {
        const error = new LetheError(body.code === 'UNEXPECTED' ? 'PROCESS_DIED' : body.code, `${member.name}: ${body.message}`);
        // A worker's word ends its own part: whatever is wrong with the run itself, others find too.
        if (member.role === 'worker' || OWN_FAILURES.has(body.code)) this.lose(member, error);
        else this.fail(error);
        return;
      }
      default:
        this.#options.onMessage(member, body);
    }
  }

  /**
   * Whoever says what it may not is no member any more; the run goes on without it. Only whoever was let in by key, or knows the run,
   * is told why.
   */
  async #turnAway(peer: string, runId: string, error: unknown): Promise<void> {
    const code = errorCode(error);
    if (code === undefined || !MISCONDUCT.has(code)) {
      this.fail(code === undefined ? new LetheError('PROCESS_DIED', `the coordinator failed: ${errorMessage(error)}`, { cause: error }) : error as LetheError);
      return;
    }
    const message = errorMessage(error);
    const member = this.roster.find(peer);
    if (member === undefined) this.#options.onRefused(message);
    const { listener, origin } = this.#options;
    const answer: Message = listener.admitsAnyone && runId !== origin.runId ? refusalOfStranger(code) : { origin: this.#origin, body: { kind: 'refused', code, message, request: 0 } };
    await listener.send(peer, encodeMessage(answer)).catch(() => undefined);
    if (member !== undefined) this.lose(member, new LetheError(code, `${describeMember(member)} is thrown out: ${message}`));
  }

  #stalled(member: Member): LetheError {
    const seconds = Math.round(this.#options.stallMs / 1000);
    return new LetheError('PROCESS_STALLED', `${describeMember(member)} has been silent for ${seconds} s while ${member.activity}`);
  }
}

function forbidden(what: string): LetheError {
  return new LetheError('MESSAGE_FORBIDDEN', what);
}
