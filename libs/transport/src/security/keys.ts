import { LetheError } from '@lethe/errors';
import { curveKeyPair } from 'zeromq';
import type { ListenerSecurity, MemberSecurity } from '../transport.js';
import { z85Decode } from './z85.js';

const KEY_BYTES = 32;
/** First letters: a key and a token cannot be confused, and neither begins with "-" like a flag. */
const KEY_PREFIX = 'K';
const TOKEN_PREFIX = 'T';

export interface RunKeys {
  readonly listener: ListenerSecurity;
  readonly member: MemberSecurity;
}

/** New keys for one run: its listeners accept only its members, and its members talk only to its listeners. */
export function createRunKeys(): RunKeys {
  const listener = rawKeyPair();
  const member = rawKeyPair();
  return {
    listener: { ...listener, memberPublicKey: member.publicKey },
    member: { ...member, listenerPublicKey: listener.publicKey },
  };
}

function rawKeyPair(): { publicKey: Uint8Array; secretKey: Uint8Array } {
  const { publicKey, secretKey } = curveKeyPair();
  return { publicKey: z85Decode(publicKey), secretKey: z85Decode(secretKey) };
}

/** The listeners' public key for a command line. It is no secret, and proves the identity of the run to a worker. */
export function encodeJoinKey(listenerPublicKey: Uint8Array): string {
  return KEY_PREFIX + Buffer.from(listenerPublicKey).toString('base64url');
}

/** The members' key pair as text, for the file of the run's token: every process that has it may take part in the run. */
export function encodeJoinToken(member: Pick<MemberSecurity, 'publicKey' | 'secretKey'>): string {
  return TOKEN_PREFIX + Buffer.concat([member.publicKey, member.secretKey]).toString('base64url');
}

/** @throws LetheError CONFIG_INVALID */
export function decodeJoinKey(text: string): Uint8Array {
  return decode(text, { name: 'key', prefix: KEY_PREFIX, bytes: KEY_BYTES });
}

/** @throws LetheError CONFIG_INVALID */
export function decodeJoinToken(text: string): Pick<MemberSecurity, 'publicKey' | 'secretKey'> {
  const pair = decode(text, { name: 'token', prefix: TOKEN_PREFIX, bytes: 2 * KEY_BYTES });
  return { publicKey: pair.subarray(0, KEY_BYTES), secretKey: pair.subarray(KEY_BYTES) };
}

function decode(text: string, expected: { name: string; prefix: string; bytes: number }): Uint8Array {
  const { name, prefix, bytes } = expected;
  const letters = Math.ceil((bytes * 4) / 3);
  const payload = text.slice(prefix.length);
  if (!text.startsWith(prefix) || payload.length !== letters || !/^[\w-]+$/.test(payload)) {
    const found = text.startsWith(prefix) ? `${payload.length} characters after it` : 'another beginning';
    // The text itself may be secret.
    const what = `the join ${name} must be "${prefix}" and ${letters} characters of base64url, found ${found}`;
    throw new LetheError('CONFIG_INVALID', what);
  }
  return Uint8Array.from(Buffer.from(payload, 'base64url'));
}

/** @throws LetheError CONFIG_INVALID */
export function checkKeys(keys: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, key] of Object.entries(keys)) {
    if (key.byteLength === KEY_BYTES) continue;
    throw new LetheError('CONFIG_INVALID', `${name} must have ${KEY_BYTES} bytes, found ${key.byteLength}`);
  }
}
