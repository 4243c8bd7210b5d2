import { LetheError } from '@lethe/errors';
import { describe, expect, it } from 'vitest';
import { unlessItFails } from './unless-it-fails.js';

describe('a part of the measuring', () => {
  const said: string[] = [];
  const failing = (error: Error): Promise<unknown> => (
    unlessItFails('redrawing test examples', () => Promise.reject(error), (line) => { said.push(line); })
  );

  it('leaves the rest as it is when it fails, and says why', async () => {
    expect(await unlessItFails('a part', () => Promise.resolve(7), () => undefined)).toBe(7);
    expect(await failing(new LetheError('PROCESS_DIED', 'worker-1 ended', { cause: new Error('no memory') }))).toBeNull();
    expect(said).toEqual(['warning: redrawing test examples failed, and everything else is measured: worker-1 ended (no memory)']);
  });

  it.each(['INTERRUPTED', 'SERVER_LOST'] as const)('ends all of it with %s', async (code) => {
    await expect(failing(new LetheError(code, 'over'))).rejects.toMatchObject({ code });
  });
});
