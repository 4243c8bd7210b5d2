import { LetheError, errorCode, errorMessage, type ErrorCode } from '@lethe/errors';
import {
  checkOrigin, decodeMessage, encodeMessage, isPermitted, NOBODY, refusalOfStranger,
  type Message, type MessageBody, type Origin, type Refused,
} from '@lethe/protocol';
import type { Listener } from '@lethe/transport';
import { FailureDetector } from './failure-detector.js';
import { heartbeatIdentity } from './heartbeat-sender.js';
import { describeMember, type Member } from './member.js';
import { Roster, type RequiredEngine } from './roster.js';
import { Waiting } from './waiting.js';

type BodyOf<K extends MessageBody['kind']> = Extract<MessageBody, { kind: K }>;

export interface ControlPlaneOptions {
  readonly listener: Listener;
  readonly origin: Origin;
  readonly required: RequiredEngine;
  /** How often members send heartbeats. */
  readonly heartbeatMs: number;
  /** Silence after which a member counts as dead. */
  readonly stallMs: number;
  /**
   * Called with messages that the table of permissions allows, and that are neither answers nor about membership. May throw
   * MESSAGE_FORBIDDEN for one that was not asked for: the member is thrown out.
   */
  readonly onMessage: (member: Member, body: MessageBody) => void;
  readonly onRegistered: (member: Member) => void;
  readonly onReady: (member: Member) => void;
  /** A member is not waited for any more: it died, or was silent for too long. */
  readonly onLost: (member: Member, error: LetheError) => void;
  /** A member was silent for two heartbeats, or is heard again. */
  readonly onAbsence: (member: Member) => void;
  /** Called several times in each heartbeat. */
  readonly onTick: (nowMs: number) => void;
  /** A process was turned away. */
  readonly onRefused: (message: string, code: ErrorCode) => void;
}

/** What answers a request, and how long to wait for it before the request is sent again. */
export interface AwaitedAnswer<Answer extends MessageBody> {
  readonly isAnswer: (body: MessageBody) => body is Answer;
  /** @param repeats how often the request was sent again */
  readonly limitMs: (repeats: number) => number;
}

/** Errors that a receiver finds in a message: the sender is at fault, not this process. */
const MISCONDUCT: ReadonlySet<ErrorCode> = new Set([
  'MESSAGE_FORBIDDEN', 'MESSAGE_MALFORMED', 'PROTOCOL_MISMATCH',
  'RUN_UNKNOWN', 'INCARNATION_STALE', 'PEER_UNKNOWN', 'PEER_UNAUTHORISED', 'FINGERPRINT_MISMATCH',
]);

/** Failures of a server that a restart may mend. */
const MENDED_BY_RESTART: ReadonlySet<string> = new Set([
  'UNEXPECTED', 'CONNECTION_CLOSED', 'DEADLINE_EXCEEDED', 'MESSAGE_MALFORMED', 'QUEUE_FULL',
]);

/**
 * The coordinator's end of the control connections: admits processes, detects their failures, and exchanges messages with them. The loss of
 * a member is reported to the cluster, which goes on without it; an error that ends the run ends every call that waits.
 */
export class ControlPlane {
  readonly roster: Roster;
  readonly #options: ControlPlaneOptions;
  readonly #waiting = new Waiting();
  readonly #failures: FailureDetector;
  readonly #listening: Promise<void>;
  #epoch: number;
  #closed = false;
  #sentAgain = 0;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#epoch = options.origin.epoch;
    this.roster = new Roster(options.required);
    this.#failures = new FailureDetector({
      ...options, roster: this.roster,
      onSilent: (member) => { this.#absent(member); },
      onDead: (member) => { this.lose(member, this.#stalled(member)); },
    });
    this.#listening = this.#listen();
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Messages that were sent again, because nothing showed that they had arrived or been answered. */
  get sentAgain(): number {
    return this.#sentAgain;
  }

  /** Sends a message that was sent before, and counts it. */
  sendAgain(member: Member, body: MessageBody): Promise<void> {
    this.#sentAgain += 1;
    return this.send(member, body);
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
   * Sends a request, and again whenever its answer is late: one of them may have been lost. A silent member is asked when it is heard.
   *
   * @returns the member's next message that is an answer; rejects with whatever ends or interrupts the run
   */
  async ask<Answer extends MessageBody>(member: Member, request: MessageBody, awaited: AwaitedAnswer<Answer>): Promise<Answer> {
    const { isAnswer, limitMs } = awaited;
    const answered = this.#waiting.expect(member, isAnswer);
    let timer: NodeJS.Timeout | undefined;
    const send = (repeats: number): void => {
      timer = setTimeout(() => { send(repeats + 1); }, limitMs(repeats));
      if (repeats === 0) void this.send(member, request);
      else if (member.absence !== 'silent') void this.sendAgain(member, request);
    };
    send(0);
    try {
      return await answered as Answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the condition holds, which is checked after every message; rejects with whatever ends or interrupts the run. */
  until(condition: () => boolean): Promise<void> {
    return this.#waiting.until(condition);
  }

  /** Checks the conditions that `until` waits for: something has changed without a message. */
  recheck(): void {
    this.#waiting.recheck();
  }

  /** Ends the run with this error, unless something went wrong before. */
  fail(error: LetheError): void {
    this.#waiting.fail(error);
  }

  /**
   * Begins the next epoch: assignments of the last one are void, and all members have to get ready again. Interrupts every call that
   * waits.
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
    const { name, registration: { processId }, activity } = member;
    this.lose(member, new LetheError('PROCESS_DIED', `${name} (process ${processId}) ended while ${activity}: ${how}`));
  }

  /** Sends every member the end of the run and stops listening; members may end on their own from now on. */
  async close(reason: string): Promise<void> {
    this.#closed = true;
    this.#failures.stop();
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
    const isRegistration = body.kind === 'register';
    // A worker that was started by hand knows the address and the keys; it learns the run from the welcome, and all members the epoch.
    const runId = isRegistration && origin.runId === '' ? '' : this.#options.origin.runId;
    const refusal = checkOrigin(origin, { runId, incarnation: peer, ...(isRegistration ? {} : { epoch: this.#epoch }) });
    const member = this.roster.find(peer);
    if (member !== undefined) this.#heard(member);
    // Sent before the member heard of the new epoch, or of its own loss.
    if (refusal?.code === 'EPOCH_STALE' || member?.state === 'gone') return;
    if (refusal !== null) throw new LetheError(refusal.code, refusal.message);
    const role = member?.role ?? (isRegistration ? body.role : 'worker');
    if (!isPermitted(body.kind, role, 'coordinator', member?.state ?? 'unregistered')) {
      if (member === undefined) throw new LetheError('PEER_UNKNOWN', `a process that has not registered sent a ${body.kind}`);
      throw forbidden(`it sent a ${body.kind} while it was ${member.state}`);
    }
    // A member that has not heard that it is registered registers again.
    if (body.kind === 'register') this.#options.onRegistered(member ?? this.roster.admit(peer, body, performance.now()));
    else if (member !== undefined && !this.#waiting.take(member, body)) this.#dispatch(member, body);
  }

  /** A worker's heartbeat comes over a connection of its own and is answered, so that each side knows that the other lives. */
  #beat(peer: string, { runId, incarnation }: Origin, { phase, round, residentBytes }: BodyOf<'heartbeat'>): void {
    const ours = this.#options.origin.runId;
    // No process may send another one's heartbeats.
    if ((runId !== ours && runId !== '') || (peer !== incarnation && peer !== heartbeatIdentity(incarnation))) return;
    if (peer !== incarnation) {
      const answer: Message = { origin: runId === ours ? this.#origin : NOBODY, body: { kind: 'heartbeatAck' } };
      this.#options.listener.send(peer, encodeMessage(answer)).catch(() => undefined);
    }
    const member = this.roster.find(incarnation);
    if (member === undefined) return;
    if (member.state === 'gone') {
      this.#refuseGone(member);
      return;
    }
    member.residentBytes = Math.max(member.residentBytes, residentBytes);
    member.activity = phase === '' ? 'waiting for work' : `in round ${round + 1}, phase ${phase}`;
    this.#heard(member);
  }

  /** A process that is heard after it was taken for dead may join again, under another name. */
  #refuseGone({ incarnation, name }: Member): void {
    const message = `${name} was taken for dead; it can join again`;
    const body: Refused = { kind: 'refused', code: 'INCARNATION_STALE', message, request: 0 };
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
        // A worker's failure ends its own part: whatever is wrong with the run itself, others find too.
        if (member.role === 'worker' || MENDED_BY_RESTART.has(body.code)) this.lose(member, error);
        else this.fail(error);
        return;
      }
      default:
        this.#options.onMessage(member, body);
    }
  }

  /**
   * A member that sends what it may not is lost, and the run goes on without it. The answer gives the reason only to a process that was let
   * in by its key or knows the run.
   */
  async #turnAway(peer: string, runId: string, error: unknown): Promise<void> {
    const code = errorCode(error);
    const message = errorMessage(error);
    if (code === undefined) {
      this.fail(new LetheError('PROCESS_DIED', `the coordinator failed: ${message}`, { cause: error }));
      return;
    }
    if (!MISCONDUCT.has(code)) {
      this.fail(error as LetheError);
      return;
    }
    const member = this.roster.find(peer);
    if (member === undefined) this.#options.onRefused(message, code);
    const { listener, origin } = this.#options;
    const answer: Message = listener.admitsAnyone && runId !== origin.runId
      ? refusalOfStranger(code)
      : { origin: this.#origin, body: { kind: 'refused', code, message, request: 0 } };
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
