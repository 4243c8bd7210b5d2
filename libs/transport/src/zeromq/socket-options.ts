import type { ListenerSecurity, MemberSecurity } from '../transport.js';
import { checkKeys } from '../security/keys.js';
import { z85Encode } from '../security/z85.js';

/** Time for which a closed socket goes on handing over its messages, and for which a process waits at most for an absent peer. */
export const LINGER_MS = 1_000;

/**
 * Messages that ZeroMQ itself holds for each peer and side. Further messages wait in an Outbox, which counts bytes. The number is small,
 * because a message may be a chunk of 768 KiB, and large enough that the pipe never runs dry.
 */
const PIPE_MESSAGES = 64;
/**
 * Messages that have arrived and are not read yet. With many peers a larger number would take most of a server's memory. With one alone
 * the sender would wait.
 */
const RECEIVED_MESSAGES = 2;

const SOCKET_OPTIONS = {
  linger: LINGER_MS,
  sendHighWaterMark: PIPE_MESSAGES,
  receiveHighWaterMark: RECEIVED_MESSAGES,
  // A send answers at once, with EAGAIN if the pipe is full: none is in flight when the next one comes.
  sendTimeout: 0,
  // TCP notices a machine that vanished. ZeroMQ's own heartbeats would give up in the middle of a large message.
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 30,
  tcpKeepaliveInterval: 10,
  tcpKeepaliveCount: 3,
} as const;

/** More than two chunks. The kernel's default for local sockets is a quarter of a chunk: both ends would keep waking each other up. */
const LOCAL_BUFFER_BYTES = 2 * 2 ** 20;

/** Bytes that encryption adds to a frame. ZeroMQ counts them too. */
const CURVE_BYTES = 64;

/** Options of every socket. The buffers of TCP are left alone: the kernel adapts their sizes only while nobody sets them. */
export function socketOptions(address: string, maxFrameBytes: number) {
  const options = { ...SOCKET_OPTIONS, maxMessageSize: maxFrameBytes + CURVE_BYTES };
  return address.startsWith('ipc:') ? { ...options, sendBufferSize: LOCAL_BUFFER_BYTES, receiveBufferSize: LOCAL_BUFFER_BYTES } : options;
}

/** @throws LetheError CONFIG_INVALID */
export function checkListenerKeys({ publicKey, secretKey, memberPublicKey }: ListenerSecurity): void {
  checkKeys({ "the listener's public key": publicKey });
  checkKeys({ "the listener's secret key": secretKey, "the members' public key": memberPublicKey });
}

/** Options of a listener's socket with keys, whose members the handler of `domain` checks. */
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
