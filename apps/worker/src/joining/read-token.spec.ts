import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, errorMessage } from '@lethe/errors';
import { readToken } from './read-token.js';

const TOKEN = `T${'b'.repeat(86)}`;
let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-token-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

interface Read {
  readonly token: string | null;
  readonly warnings: readonly string[];
}

async function read(source: { token?: string; tokenFile?: string }, standardInput = ''): Promise<Read> {
  const warnings: string[] = [];
  const from = { folder, standardInput: Readable.from([standardInput]), warn: (line: string) => warnings.push(line) };
  const token = await readToken({ token: null, tokenFile: null, ...source }, from);
  return { token, warnings };
}

describe('the token of a worker that joins', () => {
  it('comes from a file or from standard input', async () => {
    writeFileSync(join(folder, 'private'), `${TOKEN}\n`, { mode: 0o600 });
    expect(await read({ tokenFile: 'private' })).toEqual({ token: TOKEN, warnings: [] });
    expect(await read({ tokenFile: '-' }, `  ${TOKEN}\r\n`)).toEqual({ token: TOKEN, warnings: [] });
    expect(await read({})).toEqual({ token: null, warnings: [] });
  });

  it('is warned of where others can see it', async () => {
    const warning = expect.stringContaining('can be seen by every user of this machine in the list of processes') as string;
    expect(await read({ token: TOKEN })).toEqual({ token: TOKEN, warnings: [warning] });
    writeFileSync(join(folder, 'public'), TOKEN, { mode: 0o644 });
    const warnings = ['public can be read by other users of this machine: chmod 600 public'];
    expect(await read({ tokenFile: 'public' })).toEqual({ token: TOKEN, warnings });
  });

  it.each([
    ['absent', '', 'expected a file that can be read, found absent (ENOENT'],
    ['.', '', 'expected a file that can be read, found . (EISDIR'],
    ['/dev/zero', '', 'expected the token of a run in /dev/zero, found'],
    ['-', '', 'expected the token of a run in standard input, found 0 characters'],
    ['-', 'half-a-secret', 'expected the token of a run in standard input, found 13 characters'],
  ])('is refused from %s, in a message without any part of a secret', async (tokenFile, standardInput, message) => {
    const error = await read({ tokenFile }, standardInput).catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('CONFIG_INVALID');
    expect(errorMessage(error)).toContain(`--token-file: ${message}`);
    expect(errorMessage(error)).not.toContain('half-a-secret');
  });
});
