import { foreignText, LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';
import { Router } from 'zeromq';
import { type Address, invalidAddress, nearAddress } from '../address.js';
import { readOnce } from '../frames.js';
import { Outbox } from '../outbox.js';
import { type AllowedMember, allowOnly } from '../security/allow-list.js';
import { DEFAULT_MAX_FRAME_BYTES, DEFAULT_MAX_QUEUED_BYTES, type Incoming, type Listener, type ListenOptions } from '../transport.js';
import { checkIpcPath, removeIpcPath } from './ipc-path.js';
import { closeSocket, readSocket } from './socket.js';
import { checkListenerKeys, LINGER_MS, listenerKeys, socketOptions } from './socket-options.js';

/** Paths that listeners of this process bind or have bound. Binding looks first and then binds: two listeners must not do so at once. */
const boundIpcPaths = new Set<string>();

interface Endpoint {
  readonly address: string;
  readonly parsed: Address;
  readonly options: ListenOptions;
  readonly allowed: AllowedMember | undefined;
}

/** A listener over a socket of ZeroMQ (ROUTER), which knows its peers by their identities. */
export class ZeroMqListener implements Listener {
  readonly address: string;
  readonly boundAddress: string;
  readonly admitsAnyone: boolean;
  readonly messages: AsyncIterable<Incoming>;
  readonly #socket: Router;
  readonly #outbox: Outbox;
  readonly #released: () => Promise<void>;
  #closing: Promise<void> | null = null;

  /** @throws LetheError ADDRESS_INVALID when the address cannot be bound */
  static async bind(address: string, parsed: Address, options: ListenOptions): Promise<ZeroMqListener> {
    if (options.security) checkListenerKeys(options.security);
    const allowed = options.security && (await allowOnly(options.security.memberPublicKey));
    try {
      return await ZeroMqListener.#bind({ address, parsed, options, allowed });
    } catch (error) {
      allowed?.release();
      throw error;
    }
  }

  static async #bind(endpoint: Endpoint): Promise<ZeroMqListener> {
    const { address, parsed } = endpoint;
    if (parsed.scheme !== 'ipc') return new ZeroMqListener(endpoint);
    if (boundIpcPaths.has(parsed.path)) throw invalidAddress(address, 'it is already in use');
    boundIpcPaths.add(parsed.path);
    try {
      await checkIpcPath(address, parsed.path);
      return new ZeroMqListener(endpoint);
    } catch (error) {
      boundIpcPaths.delete(parsed.path);
      throw error;
    }
  }

  private constructor({ address, parsed, options, allowed }: Endpoint) {
    const { maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES, maxFrameBytes = DEFAULT_MAX_FRAME_BYTES } = options;
    const keys = options.security && allowed ? listenerKeys(options.security, allowed.domain) : {};
    // `handover`: a peer that reconnects after a broken line takes over its own name. `mandatory`: a message that cannot be sent is an
    // error.
    const ipv6 = parsed.scheme === 'tcp' && (parsed.host === '*' || parsed.host.startsWith('['));
    this.#socket = new Router({ ...socketOptions(address, maxFrameBytes), mandatory: true, handover: true, ipv6, ...keys });
    try {
      // ZeroMQ resolves no host names when it binds.
      this.#socket.bindSync(address.replace('tcp://localhost:', 'tcp://127.0.0.1:'));
    } catch (error) {
      this.#socket.close();
      throw bindError(address, error);
    }
    this.boundAddress = this.#socket.lastEndpoint ?? address;
    this.address = nearAddress(this.boundAddress);
    this.admitsAnyone = parsed.scheme === 'tcp' && options.security === undefined;
    this.#released = async () => {
      allowed?.release();
      if (parsed.scheme !== 'ipc') return;
      await removeIpcPath(parsed.path);
      boundIpcPaths.delete(parsed.path);
    };
    this.#watch(options);
    this.messages = readOnce(() => this.#read());
    this.#outbox = new Outbox({
      owner: `the listener at ${this.address}`,
      maxQueuedBytes, maxFrameBytes,
      transmit: (peer, frames) => this.#socket.send([peer, ...(frames as readonly Buffer[])]),
      onDropped: (peer, count) =>
        options.onEvent?.({ kind: 'dropped', address: this.address, message: `${count} message(s) for "${foreignText(peer)}"` }),
    });
  }

  send(peer: string, frames: Frames): Promise<void> {
    return this.#outbox.send(peer, frames);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const reason = new LetheError('CONNECTION_CLOSED', `the listener at ${this.address} is closed`);
    await this.#outbox.close(reason, LINGER_MS);
    await closeSocket(this.#socket);
    await this.#released();
  }

  async *#read(): AsyncGenerator<Incoming, void> {
    for await (const [peer, ...frames] of readSocket(this.#socket)) yield { peer: String(peer), frames };
  }

  #watch({ onEvent }: ListenOptions): void {
    if (onEvent === undefined) return;
    const { events } = this.#socket;
    const report = (kind: 'connected' | 'disconnected' | 'refused', message: string): void =>
      onEvent({ kind, address: this.address, message });
    events.on('handshake', () => report('connected', 'a peer connected'));
    events.on('disconnect', () => report('disconnected', 'the line of a peer broke, or the peer has left'));
    events.on('handshake:error:auth', () => report('refused', 'a peer with a key that is not of the run was refused'));
    events.on('handshake:error:protocol', ({ error }) =>
      report('refused', `a peer without the keys of the run was refused (${error.code})`),
    );
    events.on('handshake:error:other', ({ error }) => report('refused', `a peer broke off its greeting (${error.message})`));
  }
}

function bindError(address: string, error: unknown): LetheError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return invalidAddress(address, 'it is already in use', error);
  return invalidAddress(address, 'nothing can be bound there', error);
}
