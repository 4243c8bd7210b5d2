import type { RunDescription } from '@lethe/graphs';
import type { Member } from '@lethe/membership';
import { PROBE_FIGURES, type Evaluate } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { EvaluationScheduler } from './evaluation-scheduler.js';

const forbidden = expect.objectContaining({ code: 'MESSAGE_FORBIDDEN' }) as Error;
const description = { objective: { figures: ['accuracy'] }, facts: { classes: [], shape: {} } } as unknown as RunDescription;

function member(name: string): Member {
  return { name, registration: { processId: 1, host: 'here' } } as Member;
}

interface Opened {
  readonly evaluations: EvaluationScheduler;
  readonly sent: { worker: Member; name: string; evaluation: Evaluate }[];
  readonly notices: string[];
  /** Scores `count` examples, each as a task of its own; resolves when the tasks are sent. */
  readonly score: (count: number) => Promise<{ results: Promise<Float32Array[]> }>;
  /** A worker says of the task that its figure is this. */
  readonly answer: (worker: Member | undefined, task: number, ...figures: number[]) => void;
}

/** A scheduler with these workers available, and what it has sent to whom. */
function open(workers: Member[]): Opened {
  const notices: string[] = [];
  const sent: Opened['sent'] = [];
  const send = (worker: Member, evaluation: unknown): Promise<void> => {
    sent.push({ worker, name: worker.name, evaluation: evaluation as Evaluate });
    return Promise.resolve();
  };
  const evaluations = new EvaluationScheduler({
    control: { roster: { available: () => workers }, send, sendAgain: send, until: () => Promise.resolve() },
    description, bounds: { leastMs: 500, mostMs: 4000 }, settledVersions: () => Promise.resolve([]), onNotice: (line) => notices.push(line),
  });
  return {
    sent, notices, evaluations,
    score: async (count) => {
      const results = evaluations.ofExamples('score', 'test', count, 1);
      await new Promise(setImmediate);
      return { results };
    },
    answer: (worker, task, ...figures) => {
      evaluations.evaluated(worker as Member, { kind: 'evaluated', task, result: Float32Array.from(figures) });
    },
  };
}

function firsts(sent: Opened['sent']): [string, number][] {
  return sent.map(({ name, evaluation: { first } }) => [name, first]);
}

function tasks(sent: Opened['sent']): [string, number][] {
  return sent.map(({ name, evaluation: { task } }) => [name, task]);
}

describe('evaluations', () => {
  it('are assigned to the workers in turn, and come back in the order of the requests', async () => {
    const { evaluations, sent, score, answer } = open([member('a'), member('b')]);
    const { results } = await score(3);
    expect(firsts(sent)).toEqual([['a', 0], ['b', 1], ['a', 2]]);
    for (const { worker, evaluation: { task, first } } of [...sent].reverse()) answer(worker, task, first);
    expect(await results).toEqual([Float32Array.of(0), Float32Array.of(1), Float32Array.of(2)]);
    expect(evaluations.size).toBe(0);
  });

  it('of a worker that is gone are done by others, each counted once', async () => {
    const workers = [member('a'), member('b')];
    const { evaluations, sent, score, answer } = open(workers);
    const { results } = await score(2);
    workers.shift();
    evaluations.assign();
    expect(firsts(sent)).toEqual([['a', 0], ['b', 1], ['b', 0]]);
    for (const { worker, evaluation: { task } } of sent) answer(worker, task, task);
    expect(await results).toEqual([Float32Array.of(1), Float32Array.of(2)]);
  });

  it('know which workers have answered nothing for too long', async () => {
    const { evaluations, sent, score, answer } = open([member('a'), member('b')]);
    await score(3);
    const after = performance.now() + 1;
    const overdue = (sinceMs: number): string[] => evaluations.overdue(sinceMs).map(({ name }) => name);
    expect([overdue(after), overdue(after - 1e6)]).toEqual([['a', 'b'], []]);
    for (const { worker, name, evaluation: { task } } of sent) if (name === 'b') answer(worker, task, 0);
    expect(overdue(after)).toEqual(['a']);
  });

  it('that are late are sent again at growing intervals, and at once if a later answer shows that they were lost', async () => {
    const workers = [member('a'), member('b')];
    const { evaluations, sent, score, answer } = open(workers);
    const { results } = await score(5);
    const assignedMs = performance.now();
    const again = (afterMs: number): [string, number][] => {
      sent.splice(0);
      evaluations.sendAgain(assignedMs + afterMs);
      return firsts(sent.splice(0));
    };
    // No duration is known: the longest timeout. Only the first task of each worker is sent again.
    expect(again(3900)).toEqual([]);
    expect(again(4100)).toEqual([['a', 0], ['b', 1]]);
    // What was sent before the task that was sent again and is answered now has not arrived either.
    answer(workers[0], 1, 0);
    expect(firsts(sent.splice(0))).toEqual([['a', 2], ['a', 4]]);
    for (const task of [2, 3, 4, 5]) answer(workers[(task - 1) % 2], task, task - 1);
    expect((await results).map(([value]) => value)).toEqual([0, 1, 2, 3, 4]);
    // Now it is known that they take no time.
    await score(1);
    const askedMs = performance.now() - assignedMs;
    expect([600, 1500, 1700, 3600, 3800].map((afterMs) => again(askedMs + afterMs).length)).toEqual([1, 0, 1, 0, 1]);
  });

  it('that take long stay with the coordinator until a worker is free, short ones do not', async () => {
    const workers = [member('a')];
    const [a, b] = [workers[0], member('b')];
    const { evaluations, sent, score, answer } = open(workers);
    const probe = (seed: number): Promise<Float32Array[]> =>
      evaluations.ofProbes([{
        probe: 'linear', input: 'latent', shuffledLabels: false, seed,
        attribute: '', given: -1, whitened: false, balanced: false, halves: false, erased: '',
      }]);
    const figuresOf = (value: number): number[] => new Array<number>(PROBE_FIGURES).fill(value);
    const probed = [probe(1), probe(2), probe(3)];
    const { results } = await score(1);
    expect(tasks(sent.splice(0))).toEqual([['a', 1], ['a', 4]]);
    workers.push(b);
    evaluations.assign();
    expect(tasks(sent.splice(0))).toEqual([['b', 2]]);
    answer(b, 2, ...figuresOf(5));
    expect(tasks(sent.splice(0))).toEqual([['b', 3]]);
    answer(a, 4, 7);
    answer(a, 1, ...figuresOf(1));
    answer(b, 3, ...figuresOf(2));
    expect(await results).toEqual([Float32Array.of(7)]);
    expect((await Promise.all(probed)).map(([figures]) => figures?.[0])).toEqual([1, 5, 2]);
  });

  it('are taken of no worker that they were not assigned to', async () => {
    const [a, b] = [member('a'), member('b')];
    const { evaluations, score, answer } = open([a, b]);
    await score(1);
    for (const [worker, task] of [[b, 1], [a, 2]] as const) expect(() => { answer(worker, task, 0); }).toThrow(forbidden);
    expect(evaluations.size).toBe(1);
  });

  it('have results of the length that was asked for: another one is refused, and the task goes on', async () => {
    const workers = [member('a'), member('b')];
    const [a, b] = workers;
    const { evaluations, score, answer } = open(workers);
    const { results } = await score(1);
    for (const figures of [[], [1, 2]]) {
      const message = `its result of task 1 has ${figures.length} numbers, expected 1`;
      expect(() => { answer(a, 1, ...figures); }).toThrow(expect.objectContaining({ code: 'MESSAGE_FORBIDDEN', message }) as Error);
    }
    workers.shift();
    evaluations.assign();
    answer(b, 1, 3);
    expect(await results).toEqual([Float32Array.of(3)]);
  });

  it.each([Number.NaN, Infinity])('that one worker finds not finite (%d) are computed by another, whose result counts', async (odd) => {
    const workers = [member('a'), member('b'), member('c')];
    const [a, b, c] = workers;
    const { evaluations, sent, notices, score, answer } = open(workers);
    const { results } = await score(2);
    sent.splice(0);
    answer(a, 1, odd);
    expect(tasks(sent.splice(0))).toEqual([['c', 1]]);
    // A repetition changes nothing, and another result of the same worker is not believed either.
    answer(a, 1, odd);
    answer(a, 1, 7);
    expect([evaluations.size, sent, notices.length]).toEqual([2, [], 1]);
    answer(b, 2, odd);
    answer(c, 1, 5);
    expect(tasks(sent)).toEqual([['a', 2]]);
    answer(a, 2, odd);
    expect(await results).toEqual([Float32Array.of(5), Float32Array.of(odd)]);
    const notice = (name: string): RegExp => new RegExp(`^${name} .*: what it evaluated is not finite; it is computed again by another$`);
    expect(notices).toEqual(['a', 'b'].map((name) => expect.stringMatching(notice(name)) as string));
  });

  it('that are not finite are taken of a worker that is alone, also if it was doubted before', async () => {
    const workers = [member('a'), member('b')];
    const [a] = workers;
    const { evaluations, sent, score, answer } = open(workers);
    const { results } = await score(1);
    answer(a, 1, Number.NaN);
    workers.pop();
    evaluations.assign();
    expect(sent.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
    answer(a, 1, Number.NaN);
    expect(await results).toEqual([Float32Array.of(Number.NaN)]);
  });

  it('wait for a worker, and end with whatever ends the run', async () => {
    const workers: Member[] = [];
    const { evaluations, sent, score } = open(workers);
    const { results } = await score(1);
    expect(sent).toEqual([]);
    workers.push(member('a'));
    evaluations.assign();
    expect(sent).toHaveLength(1);
    evaluations.clear(new Error('over'));
    await expect(results).rejects.toThrow('over');
  });
});
