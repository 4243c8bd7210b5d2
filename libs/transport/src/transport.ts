import type { Frames } from '@lethe/protocol';

/** Keys of a run's listeners: their own pair, and the only member key they let in. Raw 32-byte keys. */
export interface ListenerSecurity {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
  readonly memberPublicKey: Uint8Array;
}

/** Keys of whoever connects: the pair that all members of a run share, and the listeners' public key. Raw 32-byte keys. */
export interface MemberSecurity {
  readonly listenerPublicKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** How a connection knows whom it talks to, by keys, or not at all where the user insists; and how much it takes. */
export type Trust = Pick<ConnectOptions, 'security' | 'insecurePlaintext' | 'maxFrameBytes'>;

/** What people may want to read about the wire; nothing needs it to be correct. */
export interface TransportEvent {
  /** "dropped": messages were queued for a peer that has gone. */
  readonly kind: 'connected' | 'disconnected' | 'refused' | 'dropped';
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
  /** Hands over what is queued (for a second at most), then ends. */
  close(): Promise<void>;
}

export interface Incoming {
  readonly peer: string;
  readonly frames: Frames;
}

/** Accepts connections; each peer is named by the identity it connected with. */
export interface Listener {
  /** Where processes of this machine connect to, with the real port. */
  readonly address: string;
  /** What it is bound to, with the real port: an address of every interface stands for each of them (`addressVia`). */
  readonly boundAddress: string;
  /** Whether whoever reaches the address gets in: plain text, by request. Else only who has the run's keys or may enter the socket's folder. */
  readonly admitsAnyone: boolean;
  /** Rejects with PEER_UNKNOWN if nobody of that identity is connected, QUEUE_FULL if its unsent bytes pass the bound. */
  send(peer: string, frames: Frames): Promise<void>;
  /** Messages as they arrive; can be iterated once, ends when the listener is closed. */
  readonly messages: AsyncIterable<Incoming>;
  /** Hands over what is queued (for a second at most), then ends; the address is free again. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly security?: ListenerSecurity;
  /** Required to listen without keys anywhere but at a path in a folder that only this user can enter. */
  readonly insecurePlaintext?: boolean;
  /** Bound of the bytes that wait for each peer; 1 GiB unless given. */
  readonly maxQueuedBytes?: number;
  /** A peer that sends a larger frame loses its connection before the frame takes memory; nothing larger is sent. 256 MiB unless given. */
  readonly maxFrameBytes?: number;
  readonly onEvent?: (event: TransportEvent) => void;
}

export interface ConnectOptions {
  /** What the listener calls this side: unique, 1 to 255 bytes. */
  readonly identity: string;
  readonly security?: MemberSecurity;
  /** Required to connect without keys to anything but a path in a folder that only this user can enter. */
  readonly insecurePlaintext?: boolean;
  /** Bound of the bytes that wait for a slow listener; 1 GiB unless given. */
  readonly maxQueuedBytes?: number;
  /** The connection breaks at a larger frame before that takes memory; nothing larger is sent. 256 MiB unless given. */
  readonly maxFrameBytes?: number;
  readonly onEvent?: (event: TransportEvent) => void;
}

/** The port behind which ZeroMQ and its in-memory twin stand. Addresses: `ipc://…`, `tcp://host:port`, `memory://name`. */
export interface Transport {
  listen(address: string, options?: ListenOptions): Promise<Listener>;
  connect(address: string, options: ConnectOptions): Promise<Connection>;
}

export const DEFAULT_MAX_QUEUED_BYTES = 2 ** 30;

/** For who does not know the run yet: the largest thing that its coordinator may send is a judge of large images. */
export const DEFAULT_MAX_FRAME_BYTES = 2 ** 28;
