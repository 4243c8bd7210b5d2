import { LetheError } from '@lethe/errors';
import { describe, expect, it } from 'vitest';
import { closingAfter } from './closing-after.js';

const fail = (message: string) => (): Promise<never> => Promise.reject(new LetheError('STORAGE_FAILED', message));

describe('what is closed after it was used', () => {
  it('fails with what was first, and tells what went wrong in closing it', async () => {
    const notices: string[] = [];
    const notice = (line: string): void => { notices.push(line); };
    await expect(closingAfter(fail('first'), fail('second'), notice)).rejects.toThrow('first');
    expect(notices).toEqual(['warning: second']);
    await expect(closingAfter(() => Promise.resolve(1), fail('alone'), notice)).rejects.toThrow('alone');
    expect(notices).toHaveLength(1);
  });

  it('is closed once, and gives what its use came to', async () => {
    const steps: string[] = [];
    const close = async (): Promise<void> => { steps.push('closed'); };
    expect(await closingAfter(async () => steps.push('used'), close, () => undefined)).toBe(1);
    expect(steps).toEqual(['used', 'closed']);
  });
});
