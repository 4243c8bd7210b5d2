import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { definitionOf, hashOfCode, placeInCode, type OwnCode } from '@lethe/code';
import { INSTALLATION } from '@lethe/programs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleCode } from './bundle-code.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'lethe-own-code-')); });
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>, into = folder): Promise<void> {
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), contents);
  }
}

async function bundled(files: Readonly<Record<string, string | Uint8Array>>): Promise<OwnCode> {
  await write(files);
  return bundleCode({ role: 'game', file: join(folder, 'game.ts') });
}

const failureOf = (files: Readonly<Record<string, string | Uint8Array>>) => bundled(files).catch((error: unknown) => error);
const game = (properties: string) => `export default { kind: 'lethe-game', name: 'speaker', ${properties} };`;

/** A package of pure JavaScript, of CommonJS, which requires what Node brings. */
const PACKAGE = {
  'node_modules/pure/package.json': JSON.stringify({ name: 'pure', version: '1.2.3', main: 'lib/index.js' }),
  'node_modules/pure/lib/index.js': "const { sep } = require('path'); exports.separator = () => sep;",
};

/** A package that imports what is computed, in one of its files. */
const LOADING = {
  'node_modules/loading/package.json': JSON.stringify({ name: 'loading', version: '1.0.0', type: 'module', sideEffects: false }),
  'node_modules/loading/index.js': "export { load } from './load.js';\nexport { one } from './one.js';",
  'node_modules/loading/load.js': '\nexport const load = (name) => import(name);',
  'node_modules/loading/one.js': "export const one = (name) => { try { return require(name); } catch { return 1; } };",
};

describe('the bundle of a user module', () => {
  it('has what the module imports: sources, assets, packages, what Node brings, and the part of Lethe that is for it', async () => {
    const code = await bundled({
      ...PACKAGE,
      'game.ts': `
        import { basename } from 'path';
        import { readFileSync } from 'node:fs';
        import { separator } from 'pure';
        import { z } from '@lethe/lethe/game';
        import type { Tensor } from '@tensorflow/tfjs';
        import { twice } from './parts/twice.js';
        import words from './words.txt';
        import numbers from './numbers.json';
        import bytes from './bytes.bin';
        const shape = (tensor: Tensor): number[] => tensor.shape;
        const settings = z.strictObject({ beta: z.number().default(twice(1)) });
        ${game('settings, shape, words, numbers, bytes, name2: basename(`a${separator()}b`), reads: typeof readFileSync')}`,
      'parts/twice.ts': 'export const twice = (value: number): number => 2 * value;',
      'words.txt': 'some words',
      'numbers.json': '[1, 2]',
      'bytes.bin': Uint8Array.of(1, 2, 3),
    });
    expect(code).toMatchObject({ role: 'game', name: 'speaker', sha256: hashOfCode(code.text) });
    const definition = definitionOf(code.sha256) as unknown as { readonly settings: { readonly parse: (value: unknown) => unknown } };
    expect(definition).toMatchObject({ words: 'some words', numbers: [1, 2], name2: 'b', reads: 'function' });
    expect(definition).toMatchObject({ bytes: Uint8Array.of(1, 2, 3) });
    expect(definition.settings.parse({})).toEqual({ beta: 2 });
  });

  it('is the same text wherever the sources lie, and says nothing of this machine', async () => {
    const files = {
      ...PACKAGE, 'a/game.ts': `import { separator } from 'pure'; import { z } from '@lethe/lethe/game'; import { b } from '../b.js';
        ${game('b, separator, settings: z.strictObject({})')}`, 'b.ts': 'export const b = 1;',
    };
    await write(files);
    await write(files, join(folder, 'deeper/down'));
    const [here, there] = [join(folder, 'a/game.ts'), join(folder, 'deeper/down/a/game.ts')];
    const [first, second] = [await bundleCode({ role: 'game', file: here }), await bundleCode({ role: 'game', file: there })];
    expect(first.sha256).toBe(second.sha256);
    const map = Buffer.from(/^\/\/# sourceMappingURL=.*?base64,(.*)$/m.exec(first.text)?.[1] ?? '', 'base64').toString();
    for (const text of [first.text, map]) {
      expect(text).toContain('node_modules/pure@1.2.3/lib/index.js');
      expect(text).not.toContain(folder);
      expect(text).not.toContain(INSTALLATION);
    }
    expect((JSON.parse(map) as { sources: string[] }).sources).toEqual(expect.arrayContaining(['game.ts', '../b.ts']));
  });

  it('says in which line of the user an error was thrown, while it loads and later', async () => {
    const thrown = await failureOf({ 'game.ts': '\n\nconst none = null as unknown as { a: number };\nexport default none.a;' });
    const message = expect.stringMatching(/game\.ts: its module fails while it loads at game\.ts:4:\d+: TypeError: .*null/) as string;
    expect(thrown).toMatchObject({ code: 'CODE_INVALID', message });
    const drawing = `import { z } from '@lethe/lethe/game';\n${game('settings: z.strictObject({}),\n  a: Math.random()')}`;
    const random = await failureOf({ 'game.ts': drawing });
    const refused = expect.stringMatching(/while it loads: the game used Math\.random at game\.ts:3:\d+: every/) as string;
    expect(random).toMatchObject({ code: 'TRACE_RANDOMNESS', message: refused });
    const { sha256 } = await bundled({
      'game.ts': `import { fail } from './parts/fail.js';\n${game('fail')}`,
      'parts/fail.ts': "interface Some { a: number }\n\nexport const fail = ({ a }: Some): never => {\n  throw new Error(`${a}`);\n};",
    });
    const { fail } = definitionOf(sha256) as unknown as { readonly fail: (some: object) => never };
    const error = (() => { try { return fail({}); } catch (caught) { return caught; } })();
    expect(placeInCode(error, sha256)).toMatch(/^parts\/fail\.ts:4:\d+$/);
    expect(placeInCode(new Error('of somebody else'), sha256)).toBeNull();
    // As --enable-source-maps has it: lines of packages and of Lethe alone are not the user's.
    const stackOf = (source: string) => `at /tmp/lethe-code-${sha256.slice(0, 32)}-abc/${source}:7:5`;
    const elsewhere = (source: string) => Object.assign(new Error('a'), { stack: stackOf(source) });
    expect(placeInCode(elsewhere('@lethe/objectives/src/define-game.ts'), sha256)).toBeNull();
    expect(placeInCode(elsewhere('parts/fail.ts'), sha256)).toBe('parts/fail.ts:7:5');
  });

  it.each([
    ['a syntax error', 'export default defineGame({ name: });', /game\.ts: game\.ts:1:35: Unexpected "}"$/],
    ['a file that is not there', "import './other.js';", /game\.ts:1:8: "\.\/other\.js": expected a file there, found none$/],
    ['a package that is not there', "import 'absent';", /1:8: "absent": expected such a package, found none: npm i absent$/],
    ['what newer versions of Node bring', "import 'node:sqlite';", /game\.ts:1:8: "node:sqlite": expected what Node 20\.19 brings/],
    ['an addon', "import './build.node';", /"\.\/build\.node": expected what runs on every machine, found an addon/],
    ['a package with an addon', "import native from 'native'; export default native;", /"native": expected a package of pure JavaScript/],
    ['another part of Lethe', "import { train } from '@lethe/lethe'; train();", /"@lethe\/lethe": expected @lethe\/lethe\/game/],
    ['TensorFlow', "import * as tf from '@tensorflow/tfjs'; tf.scalar(1);", /expected that code computes by the op.*, found a second T/],
    ['an import that is computed', "\n  export default (name: string) => import(name);", /game\.ts:2:36: expected import\(\) of a name/],
    ['a require that is computed', "declare const require: (name: string) => any;\nexport default (name: string) => require(name);",
      /game\.ts: game\.ts:2:34: expected require\(\) of a name in quotes, found one that is computed when it runs: workers/],
    ['one in a part of it', "import { load } from './parts/load.js'; export default load;", /game\.ts: parts\/load\.ts:1:47: expected i/],
    ['one in a package', "import { load } from 'loading'; export default load;", /: node_modules\/loading\/load\.js:2:31: expected import/],
    ['a large asset', "import words from './words.txt'; export default words;", /words\.txt: expected at most 1 MiB .*, found 1\.5 MiB/],
  ])('is refused with %s', async (_, text, message) => {
    await write({
      'node_modules/native/package.json': JSON.stringify({ name: 'native', version: '1.0.0', dependencies: { bindings: '1.0.0' } }),
      'node_modules/native/index.js': 'module.exports = 1;',
      'words.txt': new Uint8Array(1.5 * 2 ** 20).fill(97),
      'build.node': '',
      'parts/load.ts': 'export const load = (name: string): object => import(name);',
      ...LOADING,
    });
    expect(await failureOf({ 'game.ts': text })).toMatchObject({ code: 'CODE_INVALID', message: expect.stringMatching(message) as string });
  });

  it('may have imports that are written out, and packages that compute theirs where these do not reach it or throw', async () => {
    const { sha256 } = await bundled({
      ...LOADING,
      'game.ts': `import { one } from 'loading';
        const later = async () => [(await import('./parts/two.js')).two, (await import('node:path')).basename('a/b')];
        ${game('one, later')}`,
      'parts/two.ts': 'export const two = 2;',
    });
    const { one, later } = definitionOf(sha256) as unknown as Record<'one' | 'later', (name?: string) => unknown>;
    expect([one('fs'), await later()]).toEqual([1, [2, 'b']]);
  });

  it('is refused beyond its bound, and where there is no file', async () => {
    const [numbers, mebibyte] = [[0, 1, 2, 3, 4], new Uint8Array(2 ** 20)];
    await write(Object.fromEntries(numbers.map((number) => [`words${number}.txt`, mebibyte.fill(97 + number).slice()])));
    const imports = numbers.map((number) => `import w${number} from './words${number}.txt';`).join('');
    expect(await failureOf({ 'game.ts': `${imports} export default [w0, w1, w2, w3, w4];` })).toMatchObject({
      code: 'CODE_INVALID', message: expect.stringMatching(/expected at most 4 MiB with all that it imports, found 5\.0 MiB/) as string,
    });
    await expect(bundleCode({ role: 'data', file: join(folder, 'reader.ts') })).rejects.toMatchObject({
      code: 'CODE_INVALID', message: expect.stringMatching(/^--data .*reader\.ts: expected a module .*, found no such file$/) as string,
    });
  });
});
