import type { ErrorCode } from '@lethe/errors';
import type { Register } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { Roster } from './roster.js';

function worker(fingerprint: string): Register {
  return { kind: 'register', role: 'worker', host: 'h', processId: 1, fingerprint, address: '', device: 'cpu' };
}

function refusal(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

describe('the roster', () => {
  it('names members in the order they come, and refuses who would compute other bits', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    expect(roster.admit('a', worker('native a threads=1'), 0).name).toBe('worker-1');
    expect(roster.admit('b', worker('native a threads=1'), 0).name).toBe('worker-2');
    expect(() => roster.admit('c', worker('native b threads=1'), 0)).toThrow(refusal('FINGERPRINT_MISMATCH'));
    expect(() => roster.admit('a', worker('native a threads=1'), 0)).toThrow(refusal('INCARNATION_STALE'));
  });
});

describe('workers with other versions of Node', () => {
  const [old, young] = ['native a threads=1 node=20.19.0', 'native a threads=1 node=24.1.0'] as const;

  it('compute the same bits, and are named both', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    for (const [index, fingerprint] of [old, young, old].entries()) roster.admit(`life ${index}`, worker(fingerprint), 0);
    expect(roster.fingerprints('worker')).toEqual([old, young]);
  });

  it('are refused where a run insists', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: true });
    roster.admit('a', worker(old), 0);
    expect(() => roster.admit('b', worker(young), 0)).toThrow(`a worker on h computes with "${young}"; this run computes with "${old}"`);
    expect(roster.admit('c', worker(old), 0).name).toBe('worker-2');
  });
});

describe('a worker that computes otherwise', () => {
  it.each(['wasm a threads=1', 'native a threads=2', ''])('is refused: "%s"', (fingerprint) => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    expect(() => roster.admit('a', worker(fingerprint), 0)).toThrow(refusal('FINGERPRINT_MISMATCH'));
  });
});

describe('a reserved place', () => {
  it('stays free for the process it was kept for', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    roster.reserve('first', 'worker', 0);
    expect(roster.admit('guest', worker('native a threads=1'), 0).name).toBe('worker-2');
    expect(roster.admit('first', worker('native a threads=1'), 0).name).toBe('worker-1');
    expect(roster.present().map(({ name }) => name)).toEqual(['worker-1', 'worker-2']);
  });
});

describe('a parameter server', () => {
  it('is only who was started as one', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    const server: Register = { ...worker(''), role: 'parameter-server' };
    roster.reserve('own', 'parameter-server', 0);
    roster.reserve('own worker', 'worker', 0);
    for (const incarnation of ['guest', 'own worker']) {
      expect(() => roster.admit(incarnation, server, 0)).toThrow(refusal('PEER_UNAUTHORISED'));
    }
    expect(() => roster.admit('own', worker('native a threads=1'), 0)).toThrow(refusal('PEER_UNAUTHORISED'));
    expect(roster.admit('own', server, 0).name).toBe('parameter-server-1');
  });
});
