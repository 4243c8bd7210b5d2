import { LetheError } from '@lethe/errors';

const IDENTITY_MAX_BYTES = 255;

/** ZeroMQ's limits for the name of a peer; names that begin with a zero byte are its own. */
export function checkIdentity(identity: string): void {
  const bytes = Buffer.byteLength(identity);
  if (bytes >= 1 && bytes <= IDENTITY_MAX_BYTES && !identity.startsWith('\0')) return;
  const expected = `1 to ${IDENTITY_MAX_BYTES} bytes, not beginning with a zero byte`;
  throw new LetheError('ADDRESS_INVALID', `the identity of a connection must have ${expected}; found ${bytes} bytes`);
}
