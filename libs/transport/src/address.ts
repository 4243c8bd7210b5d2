import { lookup } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { LetheError } from '@lethe/errors';

export type Address =
  | { readonly scheme: 'ipc'; readonly path: string }
  | { readonly scheme: 'tcp'; readonly host: string; readonly port: string }
  | { readonly scheme: 'memory'; readonly name: string };

/** What the operating system allows for the path of a local socket, without the closing zero byte. */
const IPC_PATH_MAX_BYTES = 107;
const TCP = /^(?<host>\*|[\w.-]+|\[[\da-fA-F:.%\w]+\]):(?<port>\d{1,5}|\*)$/;
const WILDCARD_HOSTS = ['*', '0.0.0.0', '[::]'];

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
 * Bytes that others could read or send are refused unless someone asked for them by name. Every process of this machine reaches a
 * TCP port, the loopback's too, and an abstract socket; a path only those who may enter its folder.
 *
 * @throws LetheError ADDRESS_INSECURE
 */
export async function requireSecurity(address: string, parsed: Address, options: { security?: unknown; insecurePlaintext?: boolean }): Promise<void> {
  if (options.security !== undefined || options.insecurePlaintext === true || (parsed.scheme === 'ipc' && await liesInPrivateFolder(parsed.path))) return;
  const who = parsed.scheme === 'ipc' ? 'other users can reach it' : 'other processes and machines can reach it';
  throw new LetheError('ADDRESS_INSECURE', `address "${address}": ${who}, so it needs keys; plaintext must be asked for explicitly`);
}

/** Whether nobody but this user enters the folder of a socket. What is not there cannot be reached either, which is told where it is used. */
async function liesInPrivateFolder(path: string): Promise<boolean> {
  if (path.startsWith('@')) return false;
  const folder = await stat(dirname(path)).catch(() => null);
  return folder === null || (folder.uid === process.getuid?.() && (folder.mode & 0o077) === 0);
}

/** Where processes of its own machine reach a listener: one that listens on every interface is reached over the loopback too. */
export function nearAddress(boundAddress: string): string {
  const parsed = parseAddress(boundAddress);
  if (parsed.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return boundAddress;
  return `tcp://${parsed.host === '[::]' ? '[::1]' : '127.0.0.1'}:${parsed.port}`;
}

/**
 * Where a listener is that is bound to `boundAddress`, for whoever has reached its machine at the host of `via`: one on every interface
 * is there too.
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

/** Where other machines may reach a listener: one on every interface has the addresses of all that leave the machine, in the system's order. */
export function outsideAddresses(boundAddress: string): OutsideAddress[] {
  const parsed = parseAddress(boundAddress);
  if (parsed.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return [{ address: boundAddress, interface: null }];
  const families = parsed.host === '0.0.0.0' ? ['IPv4'] : ['IPv4', 'IPv6'];
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => addresses
    // An address of one link only means something together with the name of an interface of the other machine.
    .filter(({ family, internal, address }) => families.includes(family) && !internal && !address.startsWith('fe80:'))
    .map(({ family, address }) => ({ address: `tcp://${family === 'IPv6' ? `[${address}]` : address}:${parsed.port}`, interface: name })));
}

/** Whether a host can only be reached over IPv6. */
export async function needsIpv6(host: string): Promise<boolean> {
  if (host.startsWith('[')) return true;
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.length > 0 && found.every(({ family }) => family === 6);
}
