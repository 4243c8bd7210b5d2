import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Roster } from './roster.js';
import { FailureDetector } from './failure-detector.js';

beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }); });
afterEach(() => { vi.useRealTimers(); });

describe('the watch', () => {
  it('finds silence after two heartbeats, and death after the limit', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    roster.reserve('a', 'parameter-server', 0);
    const member = roster.admit('a', { kind: 'register', role: 'parameter-server', host: 'h', processId: 1, fingerprint: '', address: '', device: '' }, performance.now());
    const seen: string[] = [];
    const watch = new FailureDetector({
      roster, heartbeatMs: 100, stallMs: 1000, onTick: () => undefined,
      onSilent: (found) => { found.absence = 'silent'; seen.push(`silent after ${performance.now() - member.lastHeardMs}`); },
      onDead: (found) => { found.state = 'gone'; seen.push(`dead after ${performance.now() - member.lastHeardMs}`); },
    });
    vi.advanceTimersByTime(2000);
    watch.stop();
    expect(seen).toEqual(['silent after 225', 'dead after 1025']);
  });

  it('blames nobody for its own pause', () => {
    const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
    roster.reserve('a', 'parameter-server', 0);
    roster.admit('a', { kind: 'register', role: 'parameter-server', host: 'h', processId: 1, fingerprint: '', address: '', device: '' }, performance.now());
    const seen: string[] = [];
    const watch = new FailureDetector({ roster, heartbeatMs: 100, stallMs: 1000, onTick: () => undefined, onSilent: () => seen.push('silent'), onDead: () => seen.push('dead') });
    const start = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(start + 5000); // stopped for five seconds
    vi.advanceTimersByTime(25);
    watch.stop();
    expect(seen).toEqual([]);
  });
});
