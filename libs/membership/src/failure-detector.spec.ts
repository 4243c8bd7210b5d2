import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailureDetector } from './failure-detector.js';
import type { Member } from './member.js';
import { Roster } from './roster.js';

beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }); });
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function rosterOfOne(): { roster: Roster; member: Member } {
  const roster = new Roster({ engine: 'native', threads: 1, strictBits: false });
  roster.reserve('a', 'parameter-server', 0);
  const where = { host: 'h', processId: 1, fingerprint: '', address: '', device: '' };
  return { roster, member: roster.admit('a', { kind: 'register', role: 'parameter-server', ...where }, performance.now()) };
}

describe('the failure detector', () => {
  it('finds silence after two heartbeats, and death after the limit', () => {
    const { roster, member } = rosterOfOne();
    const seen: string[] = [];
    const detector = new FailureDetector({
      roster, heartbeatMs: 100, stallMs: 1000, onTick: () => undefined,
      onSilent: (found) => { found.absence = 'silent'; seen.push(`silent after ${performance.now() - member.lastHeardMs}`); },
      onDead: (found) => { found.state = 'gone'; seen.push(`dead after ${performance.now() - member.lastHeardMs}`); },
    });
    vi.advanceTimersByTime(2000);
    detector.stop();
    expect(seen).toEqual(['silent after 225', 'dead after 1025']);
  });

  it('blames no member for a pause of its own process', () => {
    const { roster } = rosterOfOne();
    const seen: string[] = [];
    const detector = new FailureDetector({
      roster, heartbeatMs: 100, stallMs: 1000, onTick: () => undefined,
      onSilent: () => seen.push('silent'), onDead: () => seen.push('dead'),
    });
    const start = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(start + 5000); // stopped for five seconds
    vi.advanceTimersByTime(25);
    detector.stop();
    expect(seen).toEqual([]);
  });
});
