import { lookup } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { LetheError } from '@lethe/errors';

export type Address =
  | { readonly scheme: 'ipc'; readonly path: string }
  | { readonly scheme: 'tcp'; readonly host: string; readonly port: string }
  | { readonly scheme: 'memory'; readonly name: string };

/** Longest path of a local socket that the operating system allows, without the closing zero byte. */
const IPC_PATH_MAX_BYTES = 107;
const TCP = /^(?<host>\*|[\w.-]+|\[[\da-fA-F:.%\w]+\]):(?<port>\d{1,5}|\*)$/;
const IDENTITY_MAX_BYTES = 255;
const WILDCARD_HOSTS = ['*', '0.0.0.0', '[::]'];

/** ADDRESS_INVALID with its reason. */
export function invalidAddress(address: string, why: string, cause?: unknown): LetheError {
  return new LetheError('ADDRESS_INVALID', `address "${address}": ${why}`, { cause });
}

/** @throws LetheError ADDRESS_INVALID */
export function parseAddress(address: string): Address {
  const [, scheme, rest = ''] = /^(\w+):\/\/(.+)$/.exec(address) ?? [];
  switch (scheme) {
    case 'ipc':
      return { scheme, path: ipcPath(address, rest) };
    case 'tcp':
      return { scheme, ...hostAndPort(address, rest) };
    case 'memory':
      return { scheme, name: rest };
    default:
      throw invalidAddress(address, 'expected ipc://PATH, tcp://HOST:PORT or memory://NAME');
  }
}

function ipcPath(address: string, path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes > IPC_PATH_MAX_BYTES) {
    throw invalidAddress(address, `its path may have at most ${IPC_PATH_MAX_BYTES} bytes, found ${bytes}`);
  }
  return path;
}

function hostAndPort(address: string, rest: string): { host: string; port: string } {
  const { host, port } = TCP.exec(rest)?.groups ?? {};
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw invalidAddress(address, 'expected tcp://HOST:PORT with a port up to 65535 (or * for any free one)');
  }
  return { host, port };
}

/**
 * Refuses an address at which others could read or send, unless plaintext was asked for explicitly. Every process of this machine reaches
 * a TCP port, even on the loopback, and an abstract socket. A path is reached only by those who may enter its folder.
 *
 * @throws LetheError ADDRESS_INSECURE
 */
export async function requireSecurity(
  address: string, parsed: Address, options: { security?: unknown; insecurePlaintext?: boolean },
): Promise<void> {
  if (options.security !== undefined || options.insecurePlaintext === true) return;
  if (parsed.scheme === 'ipc' && await liesInPrivateFolder(parsed.path)) return;
  const who = parsed.scheme === 'ipc' ? 'other users can reach it' : 'other processes and machines can reach it';
  throw new LetheError('ADDRESS_INSECURE', `address "${address}": ${who}, so it needs keys; plaintext must be asked for explicitly`);
}

/** Whether only this user enters the folder of a socket. A folder that does not exist counts too: connecting there reports it. */
async function liesInPrivateFolder(path: string): Promise<boolean> {
  if (path.startsWith('@')) return false;
  const folder = await stat(dirname(path)).catch(() => null);
  return folder === null || (folder.uid === process.getuid?.() && (folder.mode & 0o077) === 0);
}

/** The address by which processes of its own machine reach a listener. One on every interface is reached over the loopback. */
export function nearAddress(boundAddress: string): string {
  const parsed = parseAddress(boundAddress);
  if (parsed.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return boundAddress;
  return `tcp://${parsed.host === '[::]' ? '[::1]' : '127.0.0.1'}:${parsed.port}`;
}

/**
 * The address of a listener bound to `boundAddress`, for a process that has reached its machine at the host of `via`. A listener on every
 * interface is reached at that host too.
 */
export function addressVia(boundAddress: string, via: string): string {
  const [parsed, reached] = [parseAddress(boundAddress), parseAddress(via)];
  if (parsed.scheme !== 'tcp' || reached.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return boundAddress;
  return `tcp://${reached.host}:${parsed.port}`;
}

/** An address at which other machines may reach a listener. */
export interface OutsideAddress {
  readonly address: string;
  /** Name of the network interface that has it; null for an address that was bound by name. */
  readonly interface: string | null;
}

/**
 * Addresses at which other machines may reach a listener. One on every interface has the addresses of all interfaces that leave the
 * machine, in the system's order.
 */
export function outsideAddresses(boundAddress: string): OutsideAddress[] {
  const parsed = parseAddress(boundAddress);
  if (parsed.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return [{ address: boundAddress, interface: null }];
  const families = parsed.host === '0.0.0.0' ? ['IPv4'] : ['IPv4', 'IPv6'];
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => addresses
    // A link-local address is of no use without the name of an interface of the other machine.
    .filter(({ family, internal, address }) => families.includes(family) && !internal && !address.startsWith('fe80:'))
    .map(({ family, address }) => ({ address: `tcp://${family === 'IPv6' ? `[${address}]` : address}:${parsed.port}`, interface: name })));
}

/** Whether a host can only be reached over IPv6. */
export async function needsIpv6(host: string): Promise<boolean> {
  if (host.startsWith('[')) return true;
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.length > 0 && found.every(({ family }) => family === 6);
}

/** Checks ZeroMQ's limits for the name of a peer. Names that begin with a zero byte are its own. @throws LetheError ADDRESS_INVALID */
export function checkIdentity(identity: string): void {
  const bytes = Buffer.byteLength(identity);
  if (bytes >= 1 && bytes <= IDENTITY_MAX_BYTES && !identity.startsWith('\0')) return;
  const expected = `1 to ${IDENTITY_MAX_BYTES} bytes, not beginning with a zero byte`;
  throw new LetheError('ADDRESS_INVALID', `the identity of a connection must have ${expected}; found ${bytes} bytes`);
}
