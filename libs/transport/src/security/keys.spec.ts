import { errorCode } from '@lethe/errors';
import { curveKeyPair } from 'zeromq';
import { describe, expect, it } from 'vitest';
import { createRunKeys, decodeJoinKey, decodeJoinToken, encodeJoinKey, encodeJoinToken } from './keys.js';
import { z85Decode, z85Encode } from './z85.js';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return errorCode(error);
  }
  return undefined;
}

describe('the keys of a run', () => {
  it('fit together and are new each time', () => {
    const { listener, member } = createRunKeys();
    expect(listener.memberPublicKey).toStrictEqual(member.publicKey);
    expect(member.listenerPublicKey).toStrictEqual(listener.publicKey);
    expect(member.secretKey).not.toStrictEqual(listener.secretKey);
    expect(createRunKeys().member.secretKey).not.toStrictEqual(member.secretKey);
  });

  it('survive a command line', () => {
    for (let trial = 0; trial < 100; trial += 1) {
      const { listener, member } = createRunKeys();
      const [key, token] = [encodeJoinKey(listener.publicKey), encodeJoinToken(member)];
      expect(key + token).toMatch(/^K[\w-]{43}T[\w-]{86}$/);
      expect({ listenerPublicKey: decodeJoinKey(key), ...decodeJoinToken(token) }).toStrictEqual(member);
    }
  });

  it('are refused when mixed up, cut short or mistyped, without being repeated', () => {
    const { listener, member } = createRunKeys();
    const [key, token] = [encodeJoinKey(listener.publicKey), encodeJoinToken(member)];
    for (const wrong of [key, token.slice(0, -1), `${token}A`, token.replace(/.$/, '!'), '']) {
      expect(codeOf(() => decodeJoinToken(wrong))).toBe('CONFIG_INVALID');
    }
    expect(codeOf(() => decodeJoinKey(token))).toBe('CONFIG_INVALID');
    expect(() => decodeJoinToken(token.slice(0, -1))).toThrow('and 86 characters of base64url, found 85 characters');
  });
});

describe('Z85', () => {
  it('is what ZeroMQ writes', () => {
    expect(z85Encode(Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b))).toBe('HelloWorld'); // from the RFC
    for (let trial = 0; trial < 100; trial += 1) {
      const { publicKey } = curveKeyPair();
      expect(z85Encode(z85Decode(publicKey))).toBe(publicKey);
    }
  });
});
