import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** From iproute2, nftables, iputils, procps and the compiler. */
const PROGRAMS = ['ip', 'tc', 'nft', 'ping', 'sysctl', 'g++'];

/** Why no networks can be made on this machine; null: they can. */
export function whyNoNetworks(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root of Linux makes network namespaces';
  if (!existsSync('/dev/net/tun')) return 'this kernel has no /dev/net/tun';
  const missing = PROGRAMS.filter((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0);
  if (missing.length > 0) return `${missing.join(', ')} not installed`;
  const { status, stderr } = spawnSync('ip', ['netns', 'exec', 'none', 'true'], { encoding: 'utf8' });
  return status === 0 || stderr.includes('No such file') ? null : `no network namespaces (${stderr.trim()})`;
}
