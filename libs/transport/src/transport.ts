import type { Frames } from '@lethe/protocol';

/** Keys of a connection between machines: one key pair for the run's listeners, one shared by all its members. Raw 32-byte keys. */
export interface ListenerSecurity { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array; readonly memberPublicKey: Uint8Array }
export interface MemberSecurity { readonly listenerPublicKey: Uint8Array; readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }

/** One end of a conversation with a listener. Messages arrive whole and in order. */
export interface Connection {
  /** Queues a multipart message; the frames belong to the transport from now on and must never be written again. */
  send(frames: Frames): Promise<void>;
  /** Messages as they arrive; ends when the connection is closed by this side. */
  readonly messages: AsyncIterable<Frames>;
  close(): Promise<void>;
}

export interface Incoming { readonly peer: string; readonly frames: Frames }

/** Accepts connections; each peer is named by the identity it connected with. */
export interface Listener {
  /** Where others connect to, with the real port. */
  readonly address: string;
  /** Rejects with PEER_UNKNOWN if nobody of that identity is connected, QUEUE_FULL if its unsent bytes pass the bound. */
  send(peer: string, frames: Frames): Promise<void>;
  readonly messages: AsyncIterable<Incoming>;
  close(): Promise<void>;
}

export interface ListenOptions { readonly security?: ListenerSecurity; readonly insecurePlaintext?: boolean; readonly maxQueuedBytes?: number }
export interface ConnectOptions { readonly identity: string; readonly security?: MemberSecurity; readonly maxQueuedBytes?: number }

/** The port behind which ZeroMQ and its in-memory twin stand. Addresses: `ipc://…`, `tcp://host:port`, `memory://name`. */
export interface Transport {
  listen(address: string, options?: ListenOptions): Promise<Listener>;
  connect(address: string, options: ConnectOptions): Promise<Connection>;
}
