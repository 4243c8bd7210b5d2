import { LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';
import { Dealer } from 'zeromq';
import { invalidAddress } from '../address.js';
import { readOnce } from '../frames.js';
import { Outbox } from '../outbox.js';
import {
  type Connection, type ConnectOptions, DEFAULT_MAX_FRAME_BYTES, DEFAULT_MAX_QUEUED_BYTES, type TransportEvent,
} from '../transport.js';
import { closeSocket, readSocket } from './socket.js';
import { LINGER_MS, memberKeys, socketOptions } from './socket-options.js';

/**
 * Greetings that break off in a row until the listener counts as refusing this side. A wrong listener key shows only as a line that
 * breaks during the greeting; a single break can be a listener that is just closing.
 */
const BROKEN_GREETINGS = 3;
const RECONNECT_MS = 100;

/** A connection over a socket of ZeroMQ (DEALER), which connects again after the line broke. */
export class ZeroMqConnection implements Connection {
  readonly messages: AsyncIterable<Frames>;
  readonly #address: string;
  readonly #options: ConnectOptions;
  readonly #socket: Dealer;
  readonly #outbox: Outbox;
  #refusal: LetheError | null = null;
  #closing: Promise<void> | null = null;
  readonly #reached: Promise<void>;
  #answered: () => void = () => undefined;
  #unreached: (error: LetheError) => void = () => undefined;

  /** @throws LetheError ADDRESS_INVALID */
  constructor(address: string, ipv6: boolean, options: ConnectOptions) {
    this.#address = address;
    this.#reached = new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#unreached = reject;
    });
    this.#reached.catch(() => undefined); // callers of reached() handle the rejection
    this.#options = options;
    const { security, identity, maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES, maxFrameBytes = DEFAULT_MAX_FRAME_BYTES } = options;
    const keys = security === undefined ? {} : memberKeys(security);
    const reconnecting = { routingId: identity, reconnectInterval: RECONNECT_MS };
    this.#socket = new Dealer({ ...socketOptions(address, maxFrameBytes), ...reconnecting, ipv6, ...keys });
    this.#watch();
    try {
      this.#socket.connect(address.replace('tcp://localhost:', 'tcp://127.0.0.1:'));
    } catch (error) {
      this.#socket.close();
      throw invalidAddress(address, 'nothing can be connected to it', error);
    }
    this.messages = readOnce(() => this.#read());
    this.#outbox = new Outbox({
      owner: `the connection to ${address}`,
      maxQueuedBytes, maxFrameBytes,
      transmit: (_peer, frames) => this.#socket.send(frames as Buffer[]),
      onDropped: (_peer, count) => this.#report('dropped', `${count} message(s)`),
    });
  }

  reached(): Promise<void> {
    return this.#reached;
  }

  send(frames: Frames): Promise<void> {
    return this.#outbox.send(this.#address, frames);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const reason = new LetheError('CONNECTION_CLOSED', `the connection to ${this.#address} is closed`);
    this.#unreached(reason);
    await this.#outbox.close(reason, LINGER_MS);
    if (!this.#socket.closed) await closeSocket(this.#socket);
  }

  async *#read(): AsyncGenerator<Frames, void> {
    yield* readSocket(this.#socket);
    if (this.#refusal !== null) throw this.#refusal;
  }

  #watch(): void {
    const events = this.#socket.events;
    let brokenGreetings = 0;
    let connected = false;
    events.on('handshake', () => {
      brokenGreetings = 0;
      connected = true;
      this.#answered();
      this.#report('connected', 'connected');
    });
    events.on('disconnect', () => {
      if (connected) this.#report('disconnected', 'the line broke; connecting again');
      connected = false;
    });
    events.on('connect:retry', () => this.#report('retried', 'nothing answers yet; connecting again'));
    events.on('handshake:error:auth', () => this.#refused('it does not know our key'));
    events.on('handshake:error:protocol', ({ error }) => {
      const ours = this.#options.security === undefined ? 'plaintext' : 'keys';
      this.#refused(`we offered ${ours}, it expects something else (${error.code})`);
    });
    events.on('handshake:error:other', () => {
      brokenGreetings += 1;
      if (brokenGreetings < BROKEN_GREETINGS) return;
      this.#refused(`it broke off ${brokenGreetings} greetings: its key is another one, or it is no listener of a run`);
    });
  }

  #refused(why: string): void {
    if (this.#refusal !== null || this.#socket.closed) return;
    this.#refusal = new LetheError('PEER_UNAUTHORISED', `the listener at ${this.#address} refuses us: ${why}`);
    this.#report('refused', this.#refusal.message);
    this.#unreached(this.#refusal);
    this.#outbox.abort(this.#refusal);
    this.#socket.linger = 0;
    this.#socket.close();
  }

  #report(kind: TransportEvent['kind'], message: string): void {
    this.#options.onEvent?.({ kind, address: this.#address, message });
  }
}
