import { describe, expect, it } from 'vitest';
import { isLocalAddress } from './address.js';

describe('isLocalAddress', () => {
  it.each(['ipc:///tmp/s', 'memory://s', 'tcp://127.0.0.1:1', 'tcp://127.8.9.1:1', 'tcp://localhost:1', 'tcp://[::1]:1'])(
    'says yes for %s',
    (address) => expect(isLocalAddress(address)).toBe(true),
  );

  it.each(['tcp://0.0.0.0:1', 'tcp://*:1', 'tcp://10.0.0.1:1', 'tcp://127.0.0.1.example.org:1', 'tcp://localhost.example.org:1', 'tcp://[::]:1'])(
    'says no for %s',
    (address) => expect(isLocalAddress(address)).toBe(false),
  );
});
