import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunKeys, type Listener } from '@lethe/transport';
import { afterAll, describe, expect, it } from 'vitest';
import { joinLines, JoinTokenFile } from './joining.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-joining-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const listener = { boundAddress: 'tcp://0.0.0.0:5555', address: 'tcp://127.0.0.1:5555' } as Listener;

describe('the line for other machines', () => {
  it.each(['run', "my run's $(touch made)"])('reads the token, wherever it lies: in %s', (name) => {
    mkdirSync(join(folder, name));
    const keys = createRunKeys();
    const { path } = new JoinTokenFile(join(folder, name, 'join-token'), keys);
    const lines = joinLines(listener, keys, { engine: 'native', threads: 1, tokenFile: path, advertise: 'trainer', code: [] });
    const [, command = ''] = /^\(on another machine: ssh trainer (.+) \| npx lethe worker --join /.exec(lines[1] ?? '') ?? [];
    // As ssh does: the words that one shell has read are what another one reads.
    const said = execFileSync('sh', ['-c', `set -- ${command}; sh -c "$*"`], { cwd: folder, encoding: 'utf8' });
    expect(said).toBe(readFileSync(path, 'utf8'));
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });
});
