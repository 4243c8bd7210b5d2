import type { Member } from '@lethe/membership';
import type { Evaluate } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { EvaluationDesk, type EvaluationOrder } from './evaluation-desk.js';

const member = (name: string): Member => ({ name, role: 'worker', index: 0, incarnation: name, state: 'ready', isWelcomed: true, absence: null, refusals: 0, lastHeardMs: 0, residentBytes: 0, activity: '', registration: { kind: 'register', role: 'worker', host: '', processId: 0, fingerprint: '', address: '', device: '' } });
const order = (first: number): EvaluationOrder => ({ evaluation: 'score', split: 'test', first, count: 1, reads: [], probe: null, judge: null, resultLength: 1 });

/** A desk with these workers at hand, and what it has sent to whom. */
function desk(workers: Member[]): { desk: EvaluationDesk; sent: { worker: Member; name: string; evaluation: Evaluate }[]; notices: string[] } {
  const notices: string[] = [];
  const sent: { worker: Member; name: string; evaluation: Evaluate }[] = [];
  return { sent, notices, desk: new EvaluationDesk({ limits: { leastMs: 500, mostMs: 4000 }, workers: () => workers, send: (worker, evaluation) => sent.push({ worker, name: worker.name, evaluation }), onNotice: (line) => notices.push(line) }) };
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
    open.generation();
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

  it('have results of the length that was asked for: one of another is refused, and waited for anew', async () => {
    const workers = [member('a'), member('b')];
    const [a, b] = workers as [Member, Member];
    const { desk: open } = desk(workers);
    const results = open.perform([order(0)]);
    for (const length of [0, 2]) {
      expect(() => { open.evaluated(a, { kind: 'evaluated', task: 1, result: new Float32Array(length) }); }).toThrow(expect.objectContaining({ code: 'MESSAGE_FORBIDDEN', message: `its result of task 1 has ${length} numbers, expected 1` }) as Error);
    }
    workers.shift();
    open.generation();
    open.evaluated(b, { kind: 'evaluated', task: 1, result: Float32Array.of(3) });
    expect(await results).toEqual([Float32Array.of(3)]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('of which one worker finds that they are not finite (%d) are computed by another, whose word counts', async (odd) => {
    const workers = [member('a'), member('b'), member('c')];
    const { desk: open, sent, notices } = desk(workers);
    const said = (at: number, task: number, value: number): void => { open.evaluated(workers[at] as Member, { kind: 'evaluated', task, result: Float32Array.of(value) }); };
    const results = open.perform([order(0), order(1)]);
    sent.splice(0);
    said(0, 1, odd);
    expect(sent.splice(0).map(({ name, evaluation: { task } }) => [name, task])).toEqual([['b', 1]]);
    // Once more, and what it says now is not believed either.
    said(0, 1, odd);
    said(0, 1, 7);
    expect([open.size, sent, notices.length]).toEqual([2, [], 1]);
    said(1, 2, odd);
    said(1, 1, 5);
    expect(sent.map(({ name, evaluation: { task } }) => [name, task])).toEqual([['a', 2]]);
    said(0, 2, odd);
    expect(await results).toEqual([Float32Array.of(5), Float32Array.of(odd)]);
    expect(notices).toEqual(['a', 'b'].map((name) => expect.stringMatching(`^${name} .*: what it evaluated is not finite; it is computed again by another$`) as string));
  });

  it('that are not finite are taken of a worker that is alone, also if it was doubted before', async () => {
    const workers = [member('a'), member('b')];
    const a = workers[0] as Member;
    const { desk: open, sent } = desk(workers);
    const said = (task: number): void => { open.evaluated(a, { kind: 'evaluated', task, result: Float32Array.of(Number.NaN) }); };
    const results = open.perform([order(0)]);
    said(1);
    workers.pop();
    open.generation();
    expect(sent.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
    said(1);
    expect(await results).toEqual([Float32Array.of(Number.NaN)]);
  });

  it('wait for a worker, and end with whatever ends the run', async () => {
    const workers: Member[] = [];
    const { desk: open, sent } = desk(workers);
    const results = open.perform([order(0)]);
    expect(sent).toEqual([]);
    workers.push(member('a'));
    open.generation();
    expect(sent).toHaveLength(1);
    open.clear(new Error('over'));
    await expect(results).rejects.toThrow('over');
  });
});
