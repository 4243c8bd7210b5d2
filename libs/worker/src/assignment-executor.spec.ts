import type { RunDescription } from '@lethe/graphs';
import type { GroupLayout, StepAssignment } from '@lethe/protocol';
import { expect, it } from 'vitest';
import { AssignmentExecutor, type AssignmentExecutorOptions } from './assignment-executor.js';

const LAYOUT: GroupLayout = {
  name: 'encoder', length: 4, statisticsLength: 0, statistics: [],
  segments: [{ name: 'encoder.weight', network: 'encoder', shape: [4], offset: 0, length: 4 }],
};
const ASSIGNMENT: StepAssignment = {
  kind: 'stepAssignment', round: 0, phase: 0, innerStep: 0, nodes: [{ first: 0, count: 1 }], reads: [{ group: 'encoder', version: 0 }],
  produces: 1, scalars: {}, generation: 1,
};
const description = {
  layouts: [LAYOUT], objective: { phases: [{ name: 'learning', trains: 'encoder', reads: ['encoder'], frozenMode: 'training' }] },
} as unknown as RunDescription;

it('pulls nothing for a step that is revoked while its graphs are traced', async () => {
  let traced = (): void => undefined;
  const tracing = new Promise<void>((resolve) => { traced = resolve; });
  let pulls = 0;
  const executor = new AssignmentExecutor({
    description,
    engine: { vector: (length: number) => new Float32Array(length) },
    gradients: {
      compileFor: () => tracing, needs: () => ({ networks: new Set(['encoder']), statistics: new Set() }), prepare: () => undefined,
    },
    parameters: {
      pull: () => {
        pulls += 1;
        throw new Error('a version that nobody waits for');
      },
    },
  } as unknown as AssignmentExecutorOptions);
  const executed = executor.execute(ASSIGNMENT);
  executor.revoke();
  traced();
  await expect(executed).rejects.toMatchObject({ code: 'ASSIGNMENT_REVOKED' });
  expect(pulls).toBe(0);
  // One that is not revoked pulls.
  await expect(executor.execute({ ...ASSIGNMENT, generation: 2 })).rejects.toThrow('a version that nobody waits for');
  expect(pulls).toBe(1);
});
