import type { RunDescription } from '@lethe/graphs';
import type { ControlPlane, Member } from '@lethe/membership';
import type { GroupVersion, MessageBody, Step } from '@lethe/protocol';
import { noLog } from '@lethe/telemetry/log';
import { describe, expect, it } from 'vitest';
import { StepScheduler, type ScheduledStep } from './step-scheduler.js';

const forbidden = expect.objectContaining({ code: 'MESSAGE_FORBIDDEN' }) as Error;
const description = {
  config: { shards: 2 }, totalRounds: 9, objective: { phases: [{ name: 'only', trains: 'group', reads: [], innerSteps: 2 }] },
} as unknown as RunDescription;

function step(round: number, innerStep = 0): ScheduledStep {
  return { round, phase: 0, innerStep, reads: [], produces: 2 * round + innerStep + 1, scalars: {} };
}

function commitOf({ round, phase, innerStep, produces }: ScheduledStep): Step & GroupVersion {
  return { round, phase, innerStep, group: 'group', version: produces };
}

/** A scheduler with these workers available, which tests may change, and the lead server; what it has sent to whom. */
function open(...names: string[]): { steps: StepScheduler; workers: Member[]; sent: [string, MessageBody][] } {
  const member = (name: string): Member => ({ name, incarnation: name, absence: null } as Member);
  const workers = names.map(member);
  const sent: [string, MessageBody][] = [];
  const send = (to: Member, body: MessageBody): Promise<void> => { sent.push([to.name, body]); return Promise.resolve(); };
  const control = {
    roster: { available: () => workers, ready: (role: string) => (role === 'worker' ? workers : [member('lead')]) },
    send, sendAgain: send,
  } as unknown as ControlPlane;
  const onFailed = (error: unknown): never => { throw error; };
  const bounds = { leastMs: 500, mostMs: 4000 };
  return { steps: new StepScheduler({ control, description, bounds, onFailed, log: noLog() }), workers, sent };
}

function namesOf(members: readonly Member[]): string[] {
  return members.map(({ name }) => name);
}

describe('the scheduler of steps', () => {
  it('knows which steps are open, oldest first, and takes each commit once', async () => {
    const { steps } = open('a');
    expect(steps.oldest).toBe(null);
    for (const each of [step(0), step(0, 1), step(1)]) await steps.schedule(each);
    expect([steps.oldest, steps.isOpen(step(0))]).toEqual(['round 1, phase only, inner step 1', true]);
    expect(steps.commit(commitOf(step(0)))).toBe(true);
    expect(steps.commit(commitOf(step(0)))).toBe(false);
    expect([steps.size, steps.steps, steps.isOpen(step(0))]).toEqual([2, [step(0, 1), step(1)], false]);
    steps.clear();
    expect([steps.size, steps.oldest]).toEqual([0, null]);
  });

  it('asks for all commits again when one comes ahead of the oldest step', async () => {
    const { steps, sent } = open('a');
    for (const each of [step(0), step(0, 1)]) await steps.schedule(each);
    sent.splice(0);
    expect(steps.commit(commitOf(step(0, 1)))).toBe(false);
    expect(sent).toEqual([1, 2].map((version) => ['lead', { kind: 'commitInquiry', group: 'group', version }]));
    expect(steps.size).toBe(2);
  });

  it('takes no commit of what was never scheduled', async () => {
    const { steps } = open('a');
    await steps.schedule(step(0));
    const wrong = [commitOf(step(0, 1)), { ...commitOf(step(0)), version: 2 }, { ...commitOf(step(0)), group: 'other' }];
    for (const commit of wrong) expect(() => steps.checkCommit(commit)).toThrow(forbidden);
  });

  it('knows which workers have not reported the oldest step', async () => {
    const { steps, workers } = open('a', 'b');
    const [a, b] = workers as [Member, Member];
    for (const each of [step(0), step(1)]) await steps.schedule(each);
    steps.report(step(0), a);
    expect(namesOf(steps.awaited)).toEqual(['b']);
    workers.pop();
    steps.reassign();
    expect(namesOf(steps.awaited)).toEqual(['a']);
    workers.push(b);
    expect(namesOf(steps.awaited)).toEqual(['a']);
    steps.commit(commitOf(step(0)));
    expect(namesOf(steps.awaited)).toEqual(['a']);
  });

  it('takes one report for each assignment, also a late one, and no more', async () => {
    const { steps, workers } = open('a', 'b');
    const [a, b] = workers as [Member, Member];
    for (const each of [step(0), step(1)]) await steps.schedule(each);
    expect([steps.report(step(0), a), steps.report(step(0), a)]).toEqual([true, false]);
    expect(() => steps.report(step(0), { ...a, incarnation: 'c' })).toThrow(forbidden);
    // Assignments that are revoked now are not reported, but those that were executed already may be.
    steps.reassign();
    expect([step(1), step(0), step(1), step(1)].map((each) => steps.report(each, a))).toEqual([true, true, true, false]);
    steps.commit(commitOf(step(0)));
    expect([step(0), step(0), step(1), step(0)].map((each) => steps.report(each, b))).toEqual([true, true, true, false]);
  });

  it('gives every worker another share when it rotates, in a new generation', async () => {
    const { steps, sent } = open('a', 'b');
    await steps.schedule(step(0));
    steps.reassignRotated();
    const shares = sent.map(([name, body]) => (body.kind === 'stepAssignment' ? [name, body.nodes[0]?.first, body.generation] : []));
    expect(shares).toEqual([['a', 0, 1], ['b', 1, 1], ['b', 0, 2], ['a', 1, 2]]);
  });
});
