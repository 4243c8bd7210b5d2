import { connect } from 'node:net';
import { LetheError } from '@lethe/errors';
import { parseAddress } from './address.js';

/** An address that nobody answers at within this time leads to no machine, or to another network of the same numbers. */
const PATIENCE_MS = 3000;

/**
 * The first of a listener's addresses that leads to somebody, in their order: a machine may have interfaces that this one does not reach.
 * Who it is shows when keys are exchanged.
 * @throws LetheError ADDRESS_INVALID with what was found at each
 */
export async function reachedAddress(addresses: readonly string[]): Promise<string> {
  const [only, ...others] = addresses;
  if (only !== undefined && others.length === 0) return only;
  const found: string[] = [];
  for (const address of addresses) {
    const parsed = parseAddress(address);
    if (parsed.scheme !== 'tcp') return address;
    const problem = await problemOf(parsed.host.replace(/^\[(.*)\]$/, '$1'), Number(parsed.port));
    if (problem === null) return address;
    found.push(`${address} (${problem})`);
  }
  throw new LetheError('ADDRESS_INVALID', `expected an address of the run that this machine reaches, found ${found.join(', ') || 'none'}`);
}

/** Why nobody is reached there; null: somebody is. */
function problemOf(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (problem: string | null): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(problem);
    };
    const deadline = setTimeout(() => { end(`no answer within ${PATIENCE_MS / 1000} s`); }, PATIENCE_MS);
    socket.once('connect', () => { end(null); });
    socket.once('error', (error: NodeJS.ErrnoException) => { end(error.code ?? error.message); });
  });
}
