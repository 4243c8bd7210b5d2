import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interruption } from './interruption.js';

let notices: string[];
let ends: string[];
let interruption: Interruption;

beforeEach(() => {
  [notices, ends] = [[], []];
  interruption = new Interruption((line) => { notices.push(line); });
});
afterEach(() => { interruption.dispose(); });

function start(): void {
  interruption.started({ control: { fail: (error) => { ends.push(error.code); } }, kill: () => { ends.push('killed'); } });
}

describe('an interruption', () => {
  it('that comes before there are processes ends them as soon as there are', () => {
    process.emit('SIGTERM', 'SIGTERM');
    expect([interruption.signal.aborted, ends]).toEqual([true, []]);
    start();
    expect(ends).toEqual(['INTERRUPTED', 'killed']);
  });

  it('of the training is one request, although a process group and whoever started this process send it both', () => {
    start();
    interruption.trainingBegins();
    for (let count = 0; count < 2; count += 1) process.emit('SIGINT', 'SIGINT');
    expect([interruption.signal.aborted, notices, ends]).toEqual([
      true,
      ['SIGINT: finishing the round and saving a checkpoint (once more to stop at once)'],
      [],
    ]);
    process.emit('SIGTERM', 'SIGTERM');
    expect(ends).toEqual(['INTERRUPTED', 'killed']);
  });
});
