import type { ListenerSecurity, MemberSecurity } from '../transport.js';
import { checkKeys } from '../security/keys.js';
import { z85Encode } from '../security/z85.js';

/** How long a closed socket goes on handing over what it has; also the longest a process waits for an absent peer. */
export const LINGER_MS = 1_000;

/**
 * Messages that ZeroMQ itself holds per peer and side; the rest waits in our outboxes, which count bytes. Small, because
 * a message may be a chunk of 768 KiB; large enough that the pipe never runs dry between two looks at it.
 */
const PIPE_MESSAGES = 64;
/** Those that have come and are not read yet: with many peers more of them would be most of a server's memory. One alone makes the sender wait. */
const RECEIVED_MESSAGES = 2;

const SOCKET_OPTIONS = {
  linger: LINGER_MS,
  sendHighWaterMark: PIPE_MESSAGES,
  receiveHighWaterMark: RECEIVED_MESSAGES,
  // Sends answer at once (EAGAIN when full), so that none is ever in flight when the next one comes.
  sendTimeout: 0,
  // Finds a machine that vanished; ZeroMQ's own heartbeats would give up in the middle of a large message.
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 30,
  tcpKeepaliveInterval: 10,
  tcpKeepaliveCount: 3,
} as const;

/** More than two chunks. On one machine the kernel's own buffers are a quarter of one, and the two ends would wake each other up again and again. */
const LOCAL_BUFFER_BYTES = 2 * 2 ** 20;

/** What encryption adds to a frame, which ZeroMQ counts too. */
const CURVE_BYTES = 64;

/** TCP finds its buffer sizes by itself, unless somebody sets them. */
export function socketOptions(address: string, maxFrameBytes: number) {
  const options = { ...SOCKET_OPTIONS, maxMessageSize: maxFrameBytes + CURVE_BYTES };
  return address.startsWith('ipc:') ? { ...options, sendBufferSize: LOCAL_BUFFER_BYTES, receiveBufferSize: LOCAL_BUFFER_BYTES } : options;
}

/** @throws LetheError CONFIG_INVALID */
export function checkListenerKeys({ publicKey, secretKey, memberPublicKey }: ListenerSecurity): void {
  checkKeys({ "the listener's public key": publicKey });
  checkKeys({ "the listener's secret key": secretKey, "the members' public key": memberPublicKey });
}

export function listenerKeys({ secretKey }: ListenerSecurity, domain: string) {
  return { curveServer: true, curveSecretKey: z85Encode(secretKey), zapDomain: domain, zapEnforceDomain: true };
}

/** @throws LetheError CONFIG_INVALID */
export function memberKeys({ publicKey, secretKey, listenerPublicKey }: MemberSecurity) {
  checkKeys({ "the listener's public key": listenerPublicKey });
  checkKeys({ "the member's public key": publicKey, "the member's secret key": secretKey });
  return {
    curvePublicKey: z85Encode(publicKey),
    curveSecretKey: z85Encode(secretKey),
    curveServerKey: z85Encode(listenerPublicKey),
  };
}
