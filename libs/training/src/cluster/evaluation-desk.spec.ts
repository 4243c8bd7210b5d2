import type { Member } from '@lethe/membership';
import type { Evaluate } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { EvaluationDesk, type EvaluationOrder } from './evaluation-desk.js';

const member = (name: string): Member => ({ name, role: 'worker', index: 0, incarnation: name, state: 'ready', isWelcomed: true, absence: null, refusals: 0, lastHeardMs: 0, residentBytes: 0, activity: '', registration: { kind: 'register', role: 'worker', host: '', processId: 0, fingerprint: '', address: '', device: '' } });
const order = (first: number): EvaluationOrder => ({ evaluation: 'score', split: 'test', first, count: 1, reads: [], probe: null, judge: null });

/** A desk with these workers at hand, and what it has sent to whom. */
function desk(workers: Member[]): { desk: EvaluationDesk; sent: { worker: Member; name: string; evaluation: Evaluate }[] } {
  const sent: { worker: Member; name: string; evaluation: Evaluate }[] = [];
  return { sent, desk: new EvaluationDesk({ limits: { leastMs: 500, mostMs: 4000 }, workers: () => workers, send: (worker, evaluation) => sent.push({ worker, name: worker.name, evaluation }) }) };
}

describe('evaluations', () => {
  it('are dealt in turn, and come back in the order asked for', async () => {
    const { desk: open, sent } = desk([member('a'), member('b')]);
    const results = open.perform([order(0), order(1), order(2)]);
    expect(sent.map(({ name, evaluation: { first } }) => [name, first])).toEqual([['a', 0], ['b', 1], ['a', 2]]);
    for (const { worker, evaluation: { task, first } } of [...sent].reverse()) open.evaluated(worker, { kind: 'evaluated', task, result: Float32Array.of(first) });
    expect(await results).toEqual([Float32Array.of(0), Float32Array.of(1), Float32Array.of(2)]);
    expect(open.size).toBe(0);
  });

  it('of a worker that is gone are done by others, each counted once', async () => {
    const workers = [member('a'), member('b')];
    const { desk: open, sent } = desk(workers);
    const results = open.perform([order(0), order(1)]);
    workers.shift();
    open.deal();
    expect(sent.map(({ name, evaluation: { first } }) => [name, first])).toEqual([['a', 0], ['b', 1], ['b', 0]]);
    for (const { worker, evaluation: { task } } of sent) open.evaluated(worker, { kind: 'evaluated', task, result: Float32Array.of(task) });
    expect(await results).toEqual([Float32Array.of(1), Float32Array.of(2)]);
  });

  it('know who has answered nothing for too long', () => {
    const { desk: open, sent } = desk([member('a'), member('b')]);
    void open.perform([order(0), order(1), order(2)]);
    const after = performance.now() + 1;
    expect(open.overdue(after).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(open.overdue(after - 1e6)).toEqual([]);
    for (const { worker, name, evaluation: { task } } of sent) if (name === 'b') open.evaluated(worker, { kind: 'evaluated', task, result: new Float32Array(1) });
    expect(open.overdue(after).map(({ name }) => name)).toEqual(['a']);
  });

  it('that are late are sent again, later and later, to whoever has them, and those at once that a later answer tells were lost', async () => {
    const workers = [member('a'), member('b')];
    const { desk: open, sent } = desk(workers);
    const evaluated = (task: number, result: Float32Array): void => { open.evaluated(workers[(task - 1) % 2]!, { kind: 'evaluated', task, result }); };
    const results = open.perform([order(0), order(1), order(2), order(3), order(4)]);
    const dealtMs = performance.now();
    sent.splice(0);
    const again = (afterMs: number): unknown[] => {
      open.sendAgain(dealtMs + afterMs);
      return sent.splice(0).map(({ name, evaluation: { first } }) => [name, first]);
    };
    // Nothing is known of how long one takes: the longest limit. The first of each worker tells about its others.
    expect(again(3900)).toEqual([]);
    expect(again(4100)).toEqual([['a', 0], ['b', 1]]);
    // What was dealt before the one that was sent again and is answered now has not come either.
    evaluated(1, Float32Array.of(0));
    expect(sent.splice(0).map(({ name, evaluation: { first } }) => [name, first])).toEqual([['a', 2], ['a', 4]]);
    for (const task of [2, 3, 4, 5]) evaluated(task, Float32Array.of(task - 1));
    expect((await results).map(([value]) => value)).toEqual([0, 1, 2, 3, 4]);
    sent.splice(0);
    // Now it is known that they take no time.
    void open.perform([order(5)]);
    sent.splice(0);
    const askedMs = performance.now() - dealtMs;
    expect([600, 1500, 1700, 3600, 3800].map((afterMs) => again(askedMs + afterMs).length)).toEqual([1, 0, 1, 0, 1]);
  });

  it('are taken of nobody who was not dealt them', () => {
    const [a, b] = [member('a'), member('b')];
    const { desk: open } = desk([a, b]);
    void open.perform([order(0)]);
    for (const [worker, task] of [[b, 1], [a, 2]] as const) {
      expect(() => { open.evaluated(worker, { kind: 'evaluated', task, result: new Float32Array(1) }); }).toThrow(expect.objectContaining({ code: 'MESSAGE_FORBIDDEN' }) as Error);
    }
    expect(open.size).toBe(1);
  });

  it('wait for a worker, and end with whatever ends the run', async () => {
    const workers: Member[] = [];
    const { desk: open, sent } = desk(workers);
    const results = open.perform([order(0)]);
    expect(sent).toEqual([]);
    workers.push(member('a'));
    open.deal();
    expect(sent).toHaveLength(1);
    open.clear(new Error('over'));
    await expect(results).rejects.toThrow('over');
  });
});
