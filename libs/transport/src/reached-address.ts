import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { errorMessage, LetheError } from '@lethe/errors';
import { parseAddress } from './address.js';
import type { Transport, Trust } from './transport.js';

/** An address that nobody answers at within this time leads to no machine, or to another network of the same numbers. */
const PATIENCE_MS = 3000;

/**
 * The first of a listener's addresses that leads to it, in their order. A machine may have interfaces that this one does not reach, and
 * addresses that this one has for itself too, at which somebody else may listen.
 * @param trust by which the listener and this process know each other
 * @throws LetheError ADDRESS_INVALID with what was found at each
 */
export async function reachedAddress(addresses: readonly string[], transport: Transport, trust: Trust): Promise<string> {
  const [only, ...others] = addresses;
  if (only !== undefined && others.length === 0) return only;
  const found: string[] = [];
  let silent: string | null = null;
  for (const address of addresses) {
    const parsed = parseAddress(address);
    if (parsed.scheme !== 'tcp') return address;
    const noLine = await whyNoLine(parsed.host.replace(/^\[(.*)\]$/, '$1'), Number(parsed.port));
    const greeting = noLine === null ? await greet(address, transport, trust) : noLine;
    if (greeting === null) return address;
    if (greeting === SILENT) silent ??= address;
    found.push(`${address} (${greeting})`);
  }
  // A listener whose process is busy may be silent for longer than that.
  if (silent !== null) return silent;
  throw new LetheError('ADDRESS_INVALID', `expected an address of the run that this machine reaches, found ${found.join(', ') || 'none'}`);
}

const SILENT = `no answer within ${PATIENCE_MS / 1000} s to the greeting`;

/** Why there is nobody at the address, in words; null: somebody accepts lines there. */
function whyNoLine(host: string, port: number): Promise<string | null> {
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

/** Why whoever is there is not the listener, in words; `SILENT`: that is not known; null: it is the listener. */
async function greet(address: string, transport: Transport, trust: Trust): Promise<string | null> {
  const connection = await transport.connect(address, { identity: randomUUID(), ...trust });
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => { deadline = setTimeout(() => { resolve(SILENT); }, PATIENCE_MS); });
  try {
    return await Promise.race([connection.reached().then(() => null, errorMessage), late]);
  } finally {
    clearTimeout(deadline);
    await connection.close();
  }
}
