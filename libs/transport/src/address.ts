import { networkInterfaces } from 'node:os';
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

/** Whether only this machine can reach the address: ipc, memory and the loopback interface. */
export function isLocalAddress(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed.scheme !== 'tcp') return true;
  return parsed.host === 'localhost' || parsed.host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(parsed.host);
}

/** Bytes that other machines could read are refused unless someone asked for them by name. */
export function requireSecurity(address: string, options: { security?: unknown; insecurePlaintext?: boolean }): void {
  if (options.security !== undefined || options.insecurePlaintext === true || isLocalAddress(address)) return;
  const why = 'other machines can reach it, so it needs keys; plaintext must be asked for explicitly';
  throw new LetheError('ADDRESS_INSECURE', `address "${address}": ${why}`);
}

/** Where others reach a listener: an address bound to every interface names the first one that leaves this machine. */
export function reachableAddress(boundAddress: string): string {
  const parsed = parseAddress(boundAddress);
  if (parsed.scheme !== 'tcp' || !WILDCARD_HOSTS.includes(parsed.host)) return boundAddress;
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = interfaces.find(({ family, internal }) => family === 'IPv4' && !internal);
  return `tcp://${outside?.address ?? '127.0.0.1'}:${parsed.port}`;
}
