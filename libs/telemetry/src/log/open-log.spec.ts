import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LetheError } from '@lethe/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog, type LogOptions, type OpenLog } from './open-log.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-log-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

const warnings: string[] = [];
let files = 0;

/** A log in a file of its own. */
function open(options: Partial<LogOptions> = {}): { log: OpenLog; file: string } {
  const file = join(folder, 'logs', `${(files += 1)}.jsonl`);
  const onWarning = (warning: string): void => { warnings.push(warning); };
  return { log: openLog({ file, level: 'info', position: { process: 'worker-1', run: 'mild' }, onWarning, ...options }), file };
}

function linesOf(file: string): Record<string, unknown>[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a log', () => {
  it('has in each line when and where it was written, as far as that is known by then', () => {
    const { log, file } = open();
    log.info({}, 'begins');
    log.position = () => ({ process: 'worker-1', run: 'mild', epoch: 2, round: 5, phase: 'classifier' });
    log.warn({ server: 1 }, 'goes on');
    expect(linesOf(file)).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown, level: 'info', pid: process.pid,
        process: 'worker-1', run: 'mild', message: 'begins',
      },
      expect.objectContaining({ level: 'warn', run: 'mild', epoch: 2, round: 5, phase: 'classifier', server: 1, message: 'goes on' }),
    ]);
    log.close();
  });

  it('is on the disk as soon as it is written, and goes on with what is there', () => {
    const { log, file } = open();
    log.info({}, 'first');
    expect(linesOf(file)).toHaveLength(1);
    log.close();
    const { log: next } = open({ file });
    next.info({}, 'second');
    expect(linesOf(file).map(({ message }) => message)).toEqual(['first', 'second']);
    next.close();
    next.info({}, 'too late');
    expect(linesOf(file)).toHaveLength(2);
  });

  it.each([
    ['trace', 5], ['debug', 4], ['info', 3], ['warn', 2], ['error', 1],
  ] as const)('of level %s has lines of %i levels', (level, count) => {
    const { log, file } = open({ level });
    for (const each of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[each]({}, each);
    expect(linesOf(file)).toHaveLength(count);
    log.close();
  });

  it('that is silent leaves no file', () => {
    const { log, file } = open({ level: 'silent' });
    log.error({}, 'unheard');
    log.close();
    expect(existsSync(file)).toBe(false);
  });

  it('says of an error its code, its causes and its stack', () => {
    const { log, file } = open();
    log.error({ error: new LetheError('DATA_MISSING', 'no data', { cause: new Error('no disk') }) }, 'the run fails');
    expect(linesOf(file)).toMatchObject([{
      message: 'the run fails',
      error: {
        type: 'LetheError', code: 'DATA_MISSING', message: 'no data: no disk',
        stack: expect.stringMatching(/open-log\.spec[^]+caused by: Error: no disk/) as unknown,
      },
    }]);
    log.close();
  });

  it('has what nobody catches', () => {
    const before = process.listenerCount('uncaughtExceptionMonitor');
    const { log, file } = open();
    for (const hear of process.listeners('uncaughtExceptionMonitor').slice(before)) hear(new TypeError('unforeseen'), 'uncaughtException');
    expect(linesOf(file)).toMatchObject([{ level: 'error', error: { type: 'TypeError', message: 'unforeseen' } }]);
    log.close();
    expect(process.listenerCount('uncaughtExceptionMonitor')).toBe(before);
  });

  it('is done without where no file can be opened, with a warning', () => {
    writeFileSync(join(folder, 'file'), '');
    const file = join(folder, 'file', 'log.jsonl');
    open({ file }).log.info({}, 'nowhere');
    expect(warnings).toEqual([expect.stringMatching(`no log is written: ${file} cannot be opened \\(EEXIST`)]);
  });

  it('costs nobody the run when the disk is full', () => {
    const { log } = open({ file: '/dev/full' });
    for (let line = 0; line < 1000; line += 1) log.info({ text: 'x'.repeat(2000) }, 'lost');
    log.close();
  });
});

describe('secrets', () => {
  const [key, token] = [`K${'aB-_'.repeat(10)}abc`, `T${'cD3_'.repeat(21)}xy`];
  const base64 = Buffer.alloc(32, 0xa7).toString('base64');
  const hash = 'a1'.repeat(32);

  it('are kept out of fields, messages and errors, and nothing else is', () => {
    const { log, file } = open({ position: { run: 'K-means' } });
    log.info({ token, options: { key, trust: { security: { secretKey: Buffer.alloc(32) } } } }, 'fields');
    log.info({ command: `npx lethe worker --key ${key} --token ${token}` }, `workers join with --key ${key}`);
    log.error({ error: new Error(`${token} is refused`) }, `"${base64}"`);
    const path = '/Kept/in/a/path/of/more/than/forty-four/letters';
    log.info({ weights: hash, path, start: { keys: { publicKey: base64 } } }, 'the rest');
    log.close();
    const text = readFileSync(file, 'utf8');
    for (const secret of [key, token, base64, key.slice(1), token.slice(1), '"data":[0']) expect(text).not.toContain(secret);
    expect(linesOf(file)).toMatchObject([
      { token: '[removed]', options: { key: '[removed]', trust: '[removed]' } },
      { command: 'npx lethe worker --key [removed] --token [removed]', message: 'workers join with --key [removed]' },
      { error: { message: '[removed] is refused' }, message: '"[removed]"' },
      { weights: hash, path, run: 'K-means', start: { keys: '[removed]' } },
    ]);
  });
});
