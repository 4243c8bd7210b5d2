import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

type Programs = Readonly<Record<string, Readonly<Record<string, string>>>>;
interface Bundler {
  readonly bringUpToDate: (programs: Programs, workspace: string) => Promise<string[]>;
}
const script = fileURLToPath(new URL('../../../../bundle.mjs', import.meta.url));
const { bringUpToDate } = (await import(script)) as Bundler;

const PROGRAMS: Programs = { 'apps/one': { main: 'inner/main.ts' }, 'apps/two': { main: 'main.ts' } };
const folders: string[] = [];
let workspace: string;
const inWorkspace = (path: string): string => join(workspace, path);

function write(path: string, text: string): void {
  mkdirSync(join(inWorkspace(path), '..'), { recursive: true });
  writeFileSync(inWorkspace(path), text);
}

const SOURCES: Readonly<Record<string, string>> = {
  'apps/one/src/inner/main.ts': `
    import { answer, type Answer } from '../../../../libs/three/src/answer.js';
    const { text } = await import('./text.js');
    const found: Answer = answer;
    console.log(\`\${text} \${found}\`);`,
  'apps/one/src/inner/text.ts': "export const text = 'first';",
  'apps/two/src/main.ts': `
    import { shared } from 'package';
    import { nested } from 'nested';
    import { answer } from '../../../libs/three/src/answer.js';
    console.log(\`\${shared} \${nested} \${answer}\`);`,
  'libs/three/src/answer.ts': `
    import { nested } from 'nested';
    export type Answer = number;
    export const answer: Answer = 42 + nested;`,
};

/** When a file was changed last, in seconds. */
function setTime(path: string, seconds: number): void {
  utimesSync(inWorkspace(path), seconds, seconds);
}

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'lethe-bundle-'));
  folders.push(workspace);
  const wasm = ['', '-simd'].map((kind) => `node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm${kind}.wasm`);
  for (const other of ['bundle.mjs', 'package-lock.json', 'libs/optim/generated/kernels.wasm', ...wasm]) write(other, '');
  for (const project of ['apps/one', 'apps/two', 'libs/three']) write(`${project}/package.json`, '{ "type": "module" }');
  for (const [path, text] of Object.entries(SOURCES)) write(path, text);
  const packages = [['node_modules/package', 'shared'], ['node_modules/nested', 0], ['libs/three/node_modules/nested', 1000]] as const;
  for (const [folder, value] of packages) {
    write(`${folder}/package.json`, '{ "type": "module", "main": "index.js" }');
    write(`${folder}/index.js`, `export const ${value === 'shared' ? value : 'nested'} = ${JSON.stringify(value)};`);
  }
  for (const path of readdirSync(workspace, { recursive: true, encoding: 'utf8' })) setTime(path, 1_700_000_000);
});
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true }); });

const printed = (project: string): string => execFileSync(process.execPath, [inWorkspace(`${project}/dist/main.js`)]).toString().trim();

describe('the bundled programs', () => {
  it('run, with what says where a line stands in its source', async () => {
    await bringUpToDate(PROGRAMS, workspace);
    expect(printed('apps/one')).toBe('first 1042');
    const map = JSON.parse(readFileSync(inWorkspace('apps/two/dist/main.js.map'), 'utf8')) as { sources: string[] };
    expect(map.sources).toContain('../src/main.ts');
  });

  it('import npm\'s packages from where the project that names them has them', async () => {
    await bringUpToDate(PROGRAMS, workspace);
    expect(printed('apps/two')).toBe('shared 0 1042');
    expect(readFileSync(inWorkspace('apps/two/dist/main.js'), 'utf8')).toContain('from "../../../libs/three/node_modules/nested/index.js"');
  });

  it('are bundled again for a changed source only, be it older than the one before', async () => {
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual(['apps/one', 'apps/two']);
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual([]);
    const before = statSync(inWorkspace('apps/two/dist/main.js')).ino;
    write('apps/one/src/inner/text.ts', "export const text = 'second';\n");
    setTime('apps/one/src/inner/text.ts', 1_000_000_000);
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual(['apps/one']);
    expect(printed('apps/one')).toBe('second 1042');
    expect(statSync(inWorkspace('apps/two/dist/main.js')).ino).toBe(before);
    write('libs/three/src/answer.ts', 'export type Answer = number;\nexport const answer: Answer = 43;\n');
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual(['apps/one', 'apps/two']);
    expect(printed('apps/one')).toBe('second 43');
  });

  it('are not bundled again for a source that was only checked out anew, but where a program is missing or another', async () => {
    await bringUpToDate(PROGRAMS, workspace);
    setTime('libs/three/src/answer.ts', 1_800_000_000);
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual([]);
    rmSync(inWorkspace('apps/two/dist/main.js'));
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual(['apps/two']);
    write('apps/two/dist/main.js', 'another bundle');
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual(['apps/two']);
  });

  it('are bundled again for a source that changed while it was read', async () => {
    const changed = (Date.now() + 3_600_000) / 1000;
    setTime('apps/two/src/main.ts', changed);
    await bringUpToDate(PROGRAMS, workspace);
    expect(await bringUpToDate(PROGRAMS, workspace)).toEqual(['apps/two']);
  });

  it('leave to processes that are starting the parts of the bundle before, and no others', async () => {
    const parts = (): string[] => readdirSync(inWorkspace('apps/one/dist')).filter((name) => /^text-.*\.js$/.test(name));
    const changeTo = async (text: string): Promise<string[]> => {
      write('apps/one/src/inner/text.ts', `export const text = '${text}';\n`);
      if (existsSync(inWorkspace('apps/one/dist'))) for (const name of parts()) setTime(`apps/one/dist/${name}`, 1_700_000_000);
      await bringUpToDate(PROGRAMS, workspace);
      return parts();
    };
    const [first = ''] = await changeTo('first');
    expect(await changeTo('second')).toContain(first);
    const third = await changeTo('third');
    expect(third).toHaveLength(2);
    expect(third).not.toContain(first);
  });

  it('stay as they are where a source is wrong', async () => {
    await bringUpToDate(PROGRAMS, workspace);
    write('libs/three/src/answer.ts', 'export const answer: = 42;');
    await expect(bringUpToDate(PROGRAMS, workspace)).rejects.toThrow(/answer\.ts:1:21: ERROR: Unexpected "="/);
    expect(printed('apps/one')).toBe('first 1042');
  });

  it('are whole while others bundle them', async () => {
    const inAnHour = Date.now() / 1000 + 3600;
    setTime('bundle.mjs', inAnHour); // so that they are never up to date
    await bringUpToDate(PROGRAMS, workspace);
    const again = `const { bringUpToDate } = await import(${JSON.stringify(script)});
      const [programs, workspace] = ${JSON.stringify([PROGRAMS, workspace])};
      for (let i = 0; i < 20; i += 1) if ((await bringUpToDate(programs, workspace)).length < 2) process.exit(1);`;
    const bundlers = [1, 2].map(() => spawn(process.execPath, ['--input-type=module', '-e', again], { stdio: 'inherit' }));
    const ended = Promise.all(bundlers.map((child) => new Promise((resolve) => child.once('exit', resolve))));
    let isOver = false;
    void ended.then(() => { isOver = true; });
    while (!isOver) {
      expect(printed('apps/one')).toBe('first 1042');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await ended).toEqual([0, 0]);
  }, 60_000);
});
