import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const { transpileWorkspace } = (await import(new URL('../../bin/transpile.mjs', import.meta.url).href)) as { transpileWorkspace: (workspace: string) => Promise<string[]> };
const folders: string[] = [];
let workspace: string;
const inWorkspace = (path: string): string => join(workspace, path);

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'lethe-transpile-'));
  folders.push(workspace);
  for (const folder of ['apps/one/src/inner', 'libs/two/src', 'tools/src']) mkdirSync(inWorkspace(folder), { recursive: true });
  writeFileSync(inWorkspace('package.json'), '{ "type": "module" }');
  writeFileSync(inWorkspace('apps/one/src/inner/main.ts'), "import { answer, type Answer } from '../../../../libs/two/dist/answer.js';\nconst found: Answer = answer;\nconsole.log(`${found} ${import.meta.url.endsWith('apps/one/dist/inner/main.js')}`);\n");
  writeFileSync(inWorkspace('libs/two/src/answer.ts'), 'export type Answer = number;\nexport const answer: Answer = 42;\n');
  writeFileSync(inWorkspace('libs/two/src/answer.spec.ts'), 'not even TypeScript');
});
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true }); });

const played = (): string => execFileSync(process.execPath, [inWorkspace('apps/one/dist/inner/main.js')]).toString().trim();

describe('the transpiled programs', () => {
  it('run, with what says where a line stands in its source', async () => {
    await transpileWorkspace(workspace);
    expect(played()).toBe('42 true');
    const map = JSON.parse(readFileSync(inWorkspace('libs/two/dist/answer.js.map'), 'utf8')) as { sources: string[] };
    expect(map.sources).toEqual([inWorkspace('libs/two/src/answer.ts')]);
    expect(existsSync(inWorkspace('libs/two/dist/answer.spec.js'))).toBe(false);
  });

  it('are written again for a changed source only, be it older than the one before', async () => {
    const source = inWorkspace('libs/two/src/answer.ts');
    expect(await transpileWorkspace(workspace)).toHaveLength(2);
    expect(await transpileWorkspace(workspace)).toEqual([]);
    const before = statSync(inWorkspace('apps/one/dist/inner/main.js')).ino;
    writeFileSync(source, 'export type Answer = number;\nexport const answer: Answer = 43;\n');
    utimesSync(source, 1_000_000_000, 1_000_000_000);
    expect(await transpileWorkspace(workspace)).toEqual([inWorkspace('libs/two/dist/answer.js')]);
    expect(played()).toBe('43 true');
    expect(statSync(inWorkspace('apps/one/dist/inner/main.js')).ino).toBe(before);
  });

  it('go with their sources', async () => {
    await transpileWorkspace(workspace);
    writeFileSync(inWorkspace('libs/two/dist/answer.d.ts'), 'export declare const answer: number;');
    renameSync(inWorkspace('libs/two/src/answer.ts'), inWorkspace('libs/two/src/reply.ts'));
    await transpileWorkspace(workspace);
    expect(['answer.js', 'answer.js.map', 'answer.d.ts', 'reply.js'].map((file) => existsSync(inWorkspace(`libs/two/dist/${file}`)))).toEqual([false, false, true, true]);
  });

  it('stay as they are where a source is wrong', async () => {
    await transpileWorkspace(workspace);
    writeFileSync(inWorkspace('libs/two/src/answer.ts'), 'export const answer: = 42;');
    await expect(transpileWorkspace(workspace)).rejects.toThrow(/answer\.ts:1:21: ERROR: Unexpected "="/);
    expect(played()).toBe('42 true');
  });
});
