import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interruption } from './interruption.js';

let notices: string[];
let kills: string[];
let interruption: Interruption;

beforeEach(() => {
  [notices, kills] = [[], []];
  interruption = new Interruption((line) => { notices.push(line); }, () => 'measuring no more');
  interruption.follow({ kill: (reason) => { kills.push(reason ?? ''); } });
});
afterEach(() => {
  interruption.dispose();
  vi.useRealTimers();
});

describe('an interruption', () => {
  it('of a run that is only starting asks for its end, and says nothing: there is nothing to save', () => {
    interruption.stageBegins('starting');
    process.emit('SIGTERM', 'SIGTERM');
    expect([interruption.signal.aborted, notices, kills]).toEqual([true, [], []]);
    expect(interruption.signal.reason).toMatchObject({ code: 'INTERRUPTED', message: 'stopped by SIGTERM' });
  });

  it('of the training is one request, although a process group and whoever started this process send it both', () => {
    interruption.stageBegins('starting');
    interruption.stageBegins('training');
    for (let count = 0; count < 2; count += 1) process.emit('SIGINT', 'SIGINT');
    expect([interruption.signal.aborted, notices, kills]).toEqual([
      true,
      ['SIGINT: finishing the round and saving a checkpoint (once more to stop at once)'],
      [],
    ]);
    process.emit('SIGTERM', 'SIGTERM');
    expect(kills).toEqual(['stopped by SIGTERM']);
  });

  it('that a scheduler announces may be announced again, and by whomever: only a user who asks again stops at once', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    interruption.stageBegins('starting');
    interruption.stageBegins('training');
    for (let count = 0; count < 3; count += 1) {
      process.emit('SIGHUP', 'SIGHUP');
      vi.advanceTimersByTime(30_000);
    }
    expect([interruption.lastSignal, notices, kills]).toEqual([
      'SIGHUP', ['SIGHUP: finishing the round and saving a checkpoint (SIGTERM to stop at once)'], [],
    ]);
    process.emit('SIGINT', 'SIGINT');
    expect([interruption.lastSignal, kills]).toEqual(['SIGINT', ['stopped by SIGINT']]);
  });

  it('by a user stays one, when a scheduler announces the end after it; asked again, it is at once', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    interruption.stageBegins('starting');
    interruption.stageBegins('training');
    process.emit('SIGINT', 'SIGINT');
    vi.advanceTimersByTime(1000);
    process.emit('SIGHUP', 'SIGHUP');
    expect([interruption.lastSignal, kills]).toEqual(['SIGINT', []]);
    vi.advanceTimersByTime(1000);
    process.emit('SIGINT', 'SIGINT');
    expect(kills).toEqual(['stopped by SIGINT']);
  });

  it('that comes between the training and the measuring says what is not measured', () => {
    interruption.stageBegins('starting');
    interruption.stageBegins('training');
    process.emit('SIGHUP', 'SIGHUP');
    interruption.stageBegins('measuring');
    expect(notices.at(-1)).toBe('SIGHUP: measuring no more');
  });

  it('of a run that is being prepared is none of its business: the signal ends the process', () => {
    expect(process.listenerCount('SIGHUP')).toBe(0);
    interruption.stageBegins('starting');
    expect(process.listenerCount('SIGHUP')).toBe(1);
  });
});
