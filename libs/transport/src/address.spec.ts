import { networkInterfaces } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { addressVia, needsIpv6, outsideAddresses } from './address.js';

vi.mock('node:os', () => ({ networkInterfaces: vi.fn() }));
const interfaces = {
  lo: [{ address: '127.0.0.1', family: 'IPv4', internal: true }, { address: '::1', family: 'IPv6', internal: true }],
  docker0: [{ address: '172.17.0.1', family: 'IPv4', internal: false }],
  eth0: [
    { address: '192.0.2.7', family: 'IPv4', internal: false }, { address: '2001:db8::7', family: 'IPv6', internal: false },
    { address: 'fe80::1', family: 'IPv6', internal: false },
  ],
};

describe('a listener on every interface', () => {
  it.each([
    ['tcp://0.0.0.0:5', [['tcp://172.17.0.1:5', 'docker0'], ['tcp://192.0.2.7:5', 'eth0']]],
    ['tcp://[::]:5', [['tcp://172.17.0.1:5', 'docker0'], ['tcp://192.0.2.7:5', 'eth0'], ['tcp://[2001:db8::7]:5', 'eth0']]],
    ['tcp://192.0.2.9:5', [['tcp://192.0.2.9:5', null]]],
  ])('may be reached at every address that leaves the machine: %s', (bound, expected) => {
    vi.mocked(networkInterfaces).mockReturnValue(interfaces as never);
    expect(outsideAddresses(bound).map((found) => [found.address, found.interface])).toEqual(expected);
  });

  it('has addresses of the other version alone, or none', () => {
    vi.mocked(networkInterfaces).mockReturnValue({ eth0: interfaces.eth0.slice(1) } as never);
    expect(outsideAddresses('tcp://[::]:5')).toEqual([{ address: 'tcp://[2001:db8::7]:5', interface: 'eth0' }]);
    expect(outsideAddresses('tcp://0.0.0.0:5')).toEqual([]);
  });

  it.each([
    ['tcp://0.0.0.0:7', 'tcp://192.0.2.7:5', 'tcp://192.0.2.7:7'], ['tcp://[::]:7', 'tcp://[2001:db8::7]:5', 'tcp://[2001:db8::7]:7'],
    ['tcp://[::]:7', 'tcp://gpu.example.org:5', 'tcp://gpu.example.org:7'], ['tcp://192.0.2.9:7', 'tcp://192.0.2.7:5', 'tcp://192.0.2.9:7'],
    ['ipc:///a', 'ipc:///b', 'ipc:///a'],
  ])('is, as %s for who came by %s, at %s', (bound, via, expected) => { expect(addressVia(bound, via)).toBe(expected); });
});

describe('a host', () => {
  it.each([
    ['[::1]', true], ['127.0.0.1', false], ['localhost', false], ['nowhere.invalid', false],
  ])('%s is reached over IPv6 alone: %s', async (host, expected) => {
    expect(await needsIpv6(host)).toBe(expected);
  });
});
