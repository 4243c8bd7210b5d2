import { spawn } from 'node:child_process';
import { generateKeyPair, randomBytes, randomInt } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { definitionOf, hashOfCode, loadCode, loadedCode, withoutChance, type CodeRole } from './index.js';

/** Each text is evaluated once in a process, so that every test has its own. */
function codeOf(text: string, role: CodeRole = 'game') {
  return { role, sha256: hashOfCode(text), text };
}

const failure = (text: string, role?: CodeRole) => loadCode(codeOf(text, role), '--game ./speaker.ts').catch((error: unknown) => error);

describe('own code', () => {
  it('is found by its hash when it is loaded', async () => {
    const code = codeOf("export default { kind: 'lethe-game', name: 'speaker', answer: 42 };");
    for (const lookUp of [loadedCode, definitionOf]) {
      expect(() => lookUp(code.sha256)).toThrow(expect.objectContaining({
        code: 'CODE_MISSING', message: expect.stringContaining('name its module (--game FILE, --data FILE)') as string,
      }));
    }
    await expect(loadCode(code)).resolves.toEqual({ ...code, name: 'speaker' });
    expect(loadedCode(code.sha256)).toEqual({ ...code, name: 'speaker' });
    expect(definitionOf(code.sha256)).toMatchObject({ name: 'speaker', answer: 42 });
  });

  it('is evaluated once, however often and by whomever it is loaded', async () => {
    const counting = 'globalThis.timesLoaded = (globalThis.timesLoaded ?? 0) + 1;';
    const code = codeOf(`${counting} export default { kind: 'lethe-data', name: 'a' };`, 'data');
    await Promise.all([loadCode(code), loadCode(code)]);
    await loadCode(code);
    expect(globalThis).toMatchObject({ timesLoaded: 1 });
  });

  it('is refused in another role, whether it has been loaded or is being loaded', async () => {
    const code = codeOf("export default { kind: 'lethe-data', name: 'both' };", 'data');
    const message = 'the game both: expected `export default defineGame({ ... })`, found `export default defineData({ ... })`';
    const asGame = () => loadCode({ ...code, role: 'game', name: 'both' }).catch((error: unknown) => error);
    const [refused, loaded] = await Promise.all([asGame(), loadCode(code)]);
    expect(refused).toMatchObject({ code: 'CODE_INVALID', message });
    expect(loaded).toMatchObject({ role: 'data', name: 'both' });
    expect(await asGame()).toMatchObject({ code: 'CODE_INVALID', message });
  });

  it('is refused if it is not the text of its hash', async () => {
    const code = { ...codeOf('export default 1;'), text: 'export default 2;' };
    await expect(loadCode({ ...code, name: 'speaker' })).rejects.toMatchObject({
      code: 'CODE_INVALID', message: expect.stringMatching(/^the game speaker: expected the SHA-256 .* it was changed$/) as string,
    });
  });

  it.each([
    ['', 'found a module that exports nothing'],
    ['export const game = 1; export const other = 2;', 'found no default export, but game, other'],
    ['export default () => 1;', 'found a default export that is a function'],
    ['export default undefined;', 'found a default export that is undefined'],
    ['export default { name: 1 };', 'found a default export that is an object of another kind'],
    ["export default { kind: 'lethe-data', name: 'a' };", 'found `export default defineData({ ... })`'],
  ])('says what %j exports instead of a game', async (text, found) => {
    const message = `--game ./speaker.ts: expected \`export default defineGame({ ... })\`, ${found}`;
    expect(await failure(text)).toMatchObject({ code: 'CODE_INVALID', message });
  });

  it('says what fails while it loads, keeps the code of the failure, and may be loaded again', async () => {
    const thrown = "throw new TypeError('no such thing');";
    const expected = { code: 'CODE_INVALID', message: '--game ./speaker.ts: its module fails while it loads: TypeError: no such thing' };
    expect(await failure(thrown)).toMatchObject(expected);
    expect(await failure(thrown)).toMatchObject(expected);
    const known = "throw Object.assign(new Error('phase a trains b'), { code: 'GAME_INVALID' });";
    const message = '--game ./speaker.ts: its module fails while it loads: phase a trains b';
    expect(await failure(known)).toMatchObject({ code: 'GAME_INVALID', message });
  });
});

it('what a process leaves that is killed while it imports code, the next one removes', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'lethe-killed-'));
  try {
    const endless = codeOf("console.log('begun'); await new Promise((go) => { setTimeout(go, 60_000); });", 'data');
    const program = `import { loadCode } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      await loadCode(${JSON.stringify(endless)});`;
    const killed = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(killed.stdout, 'data');
    const [left = ''] = readdirSync(temporary).filter((name) => name.startsWith('lethe-code-'));
    killed.kill('SIGKILL');
    await once(killed, 'close');
    expect(existsSync(join(temporary, left, `${endless.sha256}.mjs`))).toBe(true);
    vi.stubEnv('TMPDIR', temporary);
    await loadCode(codeOf("export default { kind: 'lethe-data', name: 'next' };", 'data'));
    expect(readdirSync(temporary).filter((name) => name.startsWith('lethe-code-'))).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true, force: true });
  }
}, 60_000);

describe('random numbers and clocks', () => {
  const named = (expression: string) => `const made = ${expression}; export default { kind: 'lethe-game', name: 'speaker', made };`;

  it.each([
    ['Math.random', 'Math.random()'], ['crypto.randomUUID', 'crypto.randomUUID()'],
    ['crypto.getRandomValues', 'crypto.getRandomValues(new Uint8Array(1))'], ['Date.now', 'Date.now()'], ['new Date()', 'new Date()'],
    ['Date()', 'Date()'], ['performance.now', 'performance.now()'], ['process.hrtime', 'process.hrtime()'],
    ['process.hrtime.bigint', 'process.hrtime.bigint()'], ['Math.random', '[1].map(() => new (class { a = Math.random(); })())'],
    ['Math.random', 'await Promise.resolve().then(() => Math.random())'],
  ])('%s is refused while a game loads: %s', async (source, expression) => {
    expect(await failure(named(expression))).toMatchObject({
      code: 'TRACE_RANDOMNESS', message: expect.stringContaining(`the game used ${source}: every process of a run evaluates`) as string,
    });
  });

  it.each([
    ['crypto.randomBytes', "import { randomBytes } from 'node:crypto'; const made = randomBytes(1);"],
    ['crypto.randomInt', "import * as all from 'node:crypto'; const made = all.randomInt(5);"],
    ['crypto.randomUUID', "import crypto from 'node:crypto'; const made = crypto.randomUUID();"],
    ['crypto.getRandomValues', "import { getRandomValues } from 'node:crypto'; const made = getRandomValues(new Uint8Array(1));"],
    ['crypto.getRandomValues', "import { webcrypto } from 'node:crypto'; const made = webcrypto.getRandomValues(new Uint8Array(1));"],
    ['crypto.generatePrimeSync', "const made = process.getBuiltinModule('crypto').generatePrimeSync(8);"],
    ['process.hrtime', "import { hrtime } from 'node:process'; const made = hrtime();"],
    ['performance.now', "import { performance } from 'node:perf_hooks'; const made = performance.now();"],
  ])('%s is refused too where it is imported: %s', async (source, text) => {
    expect(await failure(`${text} export default { kind: 'lethe-game', name: 'speaker', made };`)).toMatchObject({
      code: 'TRACE_RANDOMNESS', message: expect.stringContaining(`the game used ${source}: every`) as string,
    });
  });

  it('that are imported are refused while a game is played, and are for all other code what they were', async () => {
    const code = codeOf(`import { randomInt } from 'node:crypto';
      export default { kind: 'lethe-game', name: 'importing', play: () => randomInt(5) };`);
    await loadCode(code);
    const { play } = definitionOf(code.sha256) as unknown as Record<'play', () => number>;
    expect(() => withoutChance(code.sha256, play)).toThrow(expect.objectContaining({ code: 'TRACE_RANDOMNESS' }) as Error);
    const pair = await promisify(generateKeyPair)('ed25519');
    expect([randomBytes(3).length, withoutChance(code.sha256, () => randomInt(1)), pair.publicKey.type]).toEqual([3, 0, 'public']);
  });

  it('are what they were for all other code, also while a game loads, and for readers', async () => {
    const before = [Math.random, Date, Object.getOwnPropertyDescriptor(performance, 'now'), process.hrtime];
    const gates = new EventEmitter();
    Object.assign(globalThis, { gates });
    const begun = once(gates, 'begun');
    const waiting = "await new Promise((go) => { gates.once('go', go); gates.emit('begun'); }).then(() => new Date(5))";
    const game = loadCode(codeOf(named(waiting)));
    await begun;
    expect(Math.random).not.toBe(before[0]);
    expect([Math.random() < 1, new Date() instanceof Date, Date.now() > 0, performance.now() > 0, crypto.randomUUID().length])
      .toEqual([true, true, true, true, 36]);
    gates.emit('go');
    await game;
    await loadCode(codeOf("export default { kind: 'lethe-data', name: 'timed', made: [Math.random(), Date.now()] };", 'data'));
    expect([Math.random, Date, Object.getOwnPropertyDescriptor(performance, 'now'), process.hrtime]).toEqual(before);
  });

  it('are refused while a game is played, also by a function that it kept while it was loaded', async () => {
    const code = codeOf(`const { random } = Math;
      export default { kind: 'lethe-game', name: 'late', kept: () => random(), play: () => Math.random(), pure: () => 1 };`);
    await loadCode(code);
    const { kept, play, pure } = definitionOf(code.sha256) as unknown as Record<'kept' | 'play' | 'pure', () => number>;
    const refused: unknown = expect.objectContaining({ code: 'TRACE_RANDOMNESS' });
    expect(() => withoutChance(code.sha256, play)).toThrow(refused);
    expect(kept).toThrow(refused);
    expect(withoutChance(code.sha256, () => pure() + Math.floor(Math.random()))).toBe(1);
    expect(play()).toBeLessThan(1);
  });
});
