/** What takes the place of a secret. */
export const REMOVED = '[removed]';

/** Fields whose values are never written, wherever they stand: keys of a run, and what holds them. */
export const SECRET_FIELDS = [
  'key', 'keys', 'token', 'security', 'trust', 'publicKey', 'secretKey', 'memberPublicKey', 'memberSecretKey', 'listenerPublicKey',
  'listenerSecretKey',
].flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/**
 * The key and the token of a run as they are typed, and a key in base64 as processes hand it on. Words of these lengths hardly mean
 * anything else; a hash is written in hexadecimal digits.
 */
const SECRETS = /\bK[\w-]{43}(?![\w-])|\bT[\w-]{86}(?![\w-])|(?<![\w+/])[A-Za-z0-9+/]{43}=/g;

/** Text without the keys and tokens that stand in it. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, REMOVED);
}
