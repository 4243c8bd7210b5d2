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

/** Where others reach a listener: an address bound to every interface names the first one that leaves this machine. */
export function reachableAddress(boundAddress: string): string {
  const parsed = parseAddress(boundAddress);
  if (parsed.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return boundAddress;
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = interfaces.find(({ family, internal }) => family === 'IPv4' && !internal);
  return `tcp://${outside?.address ?? '127.0.0.1'}:${parsed.port}`;
}
