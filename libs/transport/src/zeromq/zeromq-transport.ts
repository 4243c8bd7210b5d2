import { checkIdentity, invalidAddress, needsIpv6, parseAddress, requireSecurity } from '../address.js';
import type { Transport } from '../transport.js';
import { ZeroMqConnection } from './zeromq-connection.js';
import { ZeroMqListener } from './zeromq-listener.js';

/**
 * The transport between processes: `ipc://PATH` on one machine, `tcp://HOST:PORT` between machines. Every address but a path in a private
 * folder needs keys (CURVE), or `insecurePlaintext`.
 */
export function createZeroMqTransport(): Transport {
  return {
    listen: async (address, options = {}) => {
      const parsed = networkAddress(address);
      await requireSecurity(address, parsed, options);
      return ZeroMqListener.bind(address, parsed, options);
    },
    connect: async (address, options) => {
      const parsed = networkAddress(address);
      if (parsed.scheme === 'tcp' && (parsed.host === '*' || Number(parsed.port) === 0 || parsed.port === '*')) {
        throw invalidAddress(address, 'a connection needs one host and one port');
      }
      await requireSecurity(address, parsed, options);
      checkIdentity(options.identity);
      return new ZeroMqConnection(address, parsed.scheme === 'tcp' && (await needsIpv6(parsed.host)), options);
    },
  };
}

function networkAddress(address: string) {
  const parsed = parseAddress(address);
  if (parsed.scheme === 'memory') throw invalidAddress(address, 'memory:// belongs to the memory transport');
  return parsed;
}
