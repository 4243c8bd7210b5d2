import { BatchStream } from '@lethe/data';
import type { BatchPer } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { StepBatches } from './step-batches.js';

const [EXAMPLES, BATCH, ROUNDS] = [12, 4, 3];
const training = Uint32Array.from({ length: EXAMPLES }, (_, index) => index);
const PHASES = [{ name: 'reading', innerSteps: 2 }, { name: 'hiding', innerSteps: 1 }];

function batches(batchPer: BatchPer): { of: StepBatches; opened: (string | null)[] } {
  const opened: (string | null)[] = [];
  const of = new StepBatches({ batchPer, phases: PHASES }, (stream) => {
    opened.push(stream);
    return new BatchStream({ training, batchSize: BATCH, seed: 5, stream });
  });
  return { of, opened };
}

const steps: Step[] = Array.from({ length: ROUNDS }, (_, round) => (
  PHASES.flatMap(({ innerSteps }, phase) => Array.from({ length: innerSteps }, (_inner, innerStep) => ({ round, phase, innerStep })))
)).flat();

describe('the batches of steps', () => {
  it('are one for all steps of a round', () => {
    const { of, opened } = batches('round');
    const stream = new BatchStream({ training, batchSize: BATCH, seed: 5 });
    for (const step of steps) expect([of.key(step), of.indices(step)]).toEqual([String(step.round), stream.round(step.round)]);
    expect(opened).toEqual([null]);
  });

  it('are one for each step, of which every phase passes over the examples in an order of its own', () => {
    const { of, opened } = batches('step');
    expect(opened).toEqual(['phase reading', 'phase hiding']);
    const seen = PHASES.map((_, phase) => steps.filter((step) => step.phase === phase).map((step) => [...of.indices(step)]));
    const passes = seen.map((ofPhase) => ofPhase.flat());
    expect(passes.map(({ length }) => length)).toEqual([2 * EXAMPLES, EXAMPLES]);
    for (const pass of [passes[0]!.slice(0, EXAMPLES), passes[0]!.slice(EXAMPLES), passes[1]!]) {
      expect(pass.toSorted((a, b) => a - b)).toEqual([...training]);
    }
    expect(new Set(seen.flat().map(String)).size).toBe(steps.length);
    expect(new Set(steps.map((step) => of.key(step))).size).toBe(steps.length);
  });

  it('are the same for a step in whatever order steps are computed, as after a fault', () => {
    const [once, again] = [batches('step').of, batches('step').of];
    const expected = steps.map((step) => [...once.indices(step)]);
    for (const [place, step] of [...steps.entries()].reverse()) expect([...again.indices(step)]).toEqual(expected[place]);
  });
});
