import { describe, expect, it } from 'vitest';
import { StepLedger, type StepOrder } from './step-ledger.js';

const order = (round: number, innerStep = 0): StepOrder => ({ round, phase: 0, innerStep, reads: [], produces: round + 1, scalars: {} });

describe('the ledger of steps', () => {
  it('knows what is open, oldest first, and takes each step off once', () => {
    const ledger = new StepLedger();
    for (const step of [order(0), order(0, 1), order(1)]) ledger.open(step);
    expect(ledger.oldest).toEqual(order(0));
    expect(ledger.close(order(0))).toBe(true);
    expect(ledger.close(order(0))).toBe(false);
    expect([ledger.size, ledger.orders.map(({ round, innerStep }) => [round, innerStep])]).toEqual([2, [[0, 1], [1, 0]]]);
    ledger.clear();
    expect([ledger.size, ledger.oldest]).toEqual([0, null]);
  });

  it('knows who has not done its part of the oldest step', () => {
    const ledger = new StepLedger();
    ledger.open(order(0));
    ledger.open(order(1));
    ledger.dealt(order(0), ['a', 'b']);
    ledger.dealt(order(1), ['c']);
    ledger.reported(order(0), 'a');
    expect([...ledger.awaited]).toEqual(['b']);
    ledger.dealt(order(0), ['a']); // dealt anew
    expect([...ledger.awaited]).toEqual(['a']);
    ledger.close(order(0));
    expect([...ledger.awaited]).toEqual(['c']);
  });

  it('takes one report for each part of a step that was dealt, also late, and no more', () => {
    const ledger = new StepLedger();
    for (const step of [order(0), order(1)]) {
      ledger.open(step);
      ledger.dealt(step, ['a', 'b']);
    }
    expect([ledger.reported(order(0), 'a'), ledger.reported(order(0), 'a'), ledger.reported(order(0), 'c')]).toEqual([true, false, false]);
    // Dealt anew: what was revoked is not reported, what was carried out already may be.
    for (const step of [order(0), order(1)]) ledger.dealt(step, ['a', 'b']);
    expect([order(1), order(0), order(1), order(1)].map((step) => ledger.reported(step, 'a'))).toEqual([true, true, true, false]);
    ledger.close(order(0));
    expect([order(0), order(0), order(1), order(0)].map((step) => ledger.reported(step, 'b'))).toEqual([true, true, true, false]);
  });
});
