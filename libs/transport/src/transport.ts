import type { Frames } from '@lethe/protocol';

/** Keys of a run's listeners: their own pair, and the only member key that they accept. Raw 32-byte keys. */
export interface ListenerSecurity {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
  readonly memberPublicKey: Uint8Array;
}

/** Keys of a process that connects: the pair that all members of a run share, and the listeners' public key. Raw 32-byte keys. */
export interface MemberSecurity {
  readonly listenerPublicKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** How a connection knows the other end (by keys, or not at all if the user insists), and the largest frame that it takes. */
export type Trust = Pick<ConnectOptions, 'security' | 'insecurePlaintext' | 'maxFrameBytes'>;

/** An event on the wire, for people to read. At most something is asked for again that it may have cost. */
export interface TransportEvent {
  /** "retried": nothing answers at the address yet. "dropped": messages were queued for a peer that has gone. */
  readonly kind: 'connected' | 'disconnected' | 'retried' | 'refused' | 'dropped';
  readonly address: string;
  readonly message: string;
}

/** One end of a conversation with a listener. Messages arrive whole and in order. */
export interface Connection {
  /**
   * Queues a multipart message; resolves once it is queued, not once it has arrived. The frames belong to the transport
   * from now on and must never be written again. Rejects with QUEUE_FULL, CONNECTION_CLOSED or PEER_UNAUTHORISED.
   */
  send(frames: Frames): Promise<void>;
  /**
   * Messages as they arrive; can be iterated once. Ends when the connection is closed by this side and rejects with
   * PEER_UNAUTHORISED when the listener refuses our keys.
   */
  readonly messages: AsyncIterable<Frames>;
  /** Resolves when the other end has answered for the first time; rejects when the connection is closed or refused before. */
  reached(): Promise<void>;
  /** Hands over the queued messages (for a second at most), then ends. */
  close(): Promise<void>;
}

export interface Incoming {
  readonly peer: string;
  readonly frames: Frames;
}

/** Accepts connections; each peer is named by the identity it connected with. */
export interface Listener {
  /** The address for processes of this machine, with the real port. */
  readonly address: string;
  /** The address that it is bound to, with the real port. It may stand for every interface (`addressVia`). */
  readonly boundAddress: string;
  /**
   * Whether every process that reaches the address is admitted: in plain text, on request. Otherwise it needs the run's keys, or access
   * to the socket's folder.
   */
  readonly admitsAnyone: boolean;
  /** Rejects with PEER_UNKNOWN if nobody of that identity is connected, QUEUE_FULL if its unsent bytes pass the bound. */
  send(peer: string, frames: Frames): Promise<void>;
  /** Messages as they arrive; can be iterated once, ends when the listener is closed. */
  readonly messages: AsyncIterable<Incoming>;
  /** Hands over the queued messages (for a second at most), then ends. The address is free again. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly security?: ListenerSecurity;
  /** Required to listen without keys anywhere but at a path in a folder that only this user can enter. */
  readonly insecurePlaintext?: boolean;
  /** Bound on the bytes that wait for each peer; 1 GiB by default. */
  readonly maxQueuedBytes?: number;
  /** A peer that sends a larger frame loses its connection before the frame takes memory. No larger one is sent. Default: 256 MiB. */
  readonly maxFrameBytes?: number;
  readonly onEvent?: (event: TransportEvent) => void;
}

export interface ConnectOptions {
  /** Name of this side at the listener: unique, 1 to 255 bytes. */
  readonly identity: string;
  readonly security?: MemberSecurity;
  /** Required to connect without keys to anything but a path in a folder that only this user can enter. */
  readonly insecurePlaintext?: boolean;
  /** Bound on the bytes that wait for a slow listener; 1 GiB by default. */
  readonly maxQueuedBytes?: number;
  /** The connection breaks at a larger frame before the frame takes memory. No larger one is sent. Default: 256 MiB. */
  readonly maxFrameBytes?: number;
  readonly onEvent?: (event: TransportEvent) => void;
}

/** The interface that ZeroMQ and the memory transport implement. Addresses: `ipc://…`, `tcp://host:port`, `memory://name`. */
export interface Transport {
  listen(address: string, options?: ListenOptions): Promise<Listener>;
  connect(address: string, options: ConnectOptions): Promise<Connection>;
}

export const DEFAULT_MAX_QUEUED_BYTES = 2 ** 30;

/** Bound for a process that does not know the run yet. The largest message of a coordinator is a judge of large images. */
export const DEFAULT_MAX_FRAME_BYTES = 2 ** 28;
