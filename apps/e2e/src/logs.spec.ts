import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, type Ended } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-logs-'));
const runs = join(folder, 'runs');
const logs = join(runs, 'logged', 'logs');
const joined = join(folder, 'joined');
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

type Line = Readonly<Record<string, unknown>>;
const linesOf = (file: string): Line[] => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
const ownLines = (name: string): Line[] => linesOf(join(logs, `${name}.jsonl`));

/** What is known of a run's keys from outside: the printed key, and the token that those who join need. */
let secrets: string[] = [];
beforeAll(async () => {
  makeSmallData(join(folder, 'data'));
  let joining: Promise<Ended> | undefined;
  const flags = [
    '--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0', '--no-grid', '--no-evaluation', '--rounds', '3',
    '--runs-dir', runs, '--name', 'logged', '--listen', 'tcp://127.0.0.1:0', '--workers', '1', '--await-workers', '2',
  ];
  const ended = await lethe(['train', ...flags, '--log-level', 'trace'], (text) => {
    const printed = /npx lethe worker (--join .+)\n/.exec(text)?.[1]?.split(' ');
    if (printed === undefined || joining !== undefined) return;
    const valueOf = (flag: string): string => printed[printed.indexOf(flag) + 1] ?? '';
    secrets = [valueOf('--key'), readFileSync(valueOf('--token-file'), 'utf8').trim()];
    joining = lethe(['worker', ...printed, '--log-level', 'trace', '--log-dir', joined]);
  });
  const other = await joining;
  expect([ended.code, other?.code], ended.output + (other?.output ?? '')).toEqual([0, 0]);
}, 60_000);

/** Every form in which a key is handed on or given to ZeroMQ, whole. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret.slice(1), 'base64url');
  const keys = Array.from({ length: bytes.length / 32 }, (_, index) => bytes.subarray(32 * index, 32 * (index + 1)));
  const asText = [...keys, bytes].flatMap((key) => (
    [key.toString('base64').replace(/=*$/, ''), key.toString('base64url'), key.toString('hex')]
  ));
  return [secret, ...asText, ...keys.map((key) => [...key].join(','))];
}

describe('the logs of a run', () => {
  it('are one of each process, also of one that joined from elsewhere, and say where each line belongs', () => {
    const names = ['coordinator', 'parameter-server-1', 'worker-1'];
    expect(readdirSync(logs).filter((name) => name.endsWith('.jsonl'))).toEqual(names.map((name) => `${name}.jsonl`));
    expect(readdirSync(joined)).toEqual([`${hostname()}-worker-1.jsonl`]);
    const inRound = { run: 'logged', epoch: 1, round: 2, phase: expect.any(String) as unknown, level: 'debug' };
    for (const name of names) expect(ownLines(name)).toContainEqual(expect.objectContaining({ process: name, ...inRound }));
    const other = linesOf(join(joined, `${hostname()}-worker-1.jsonl`));
    expect(other).toContainEqual(expect.objectContaining({ process: expect.stringMatching(/^worker-[12]$/) as unknown, ...inRound }));
  });

  it('say what happened to connections, members and the run, and what the terminal showed', () => {
    for (const expected of [
      { event: 'connected', level: 'info' }, { message: 'the run begins', workers: 1 }, { message: 'worker-2 has registered' },
      { message: 'worker-2 is ready' }, { message: 'a checkpoint of round 3 is written' }, { message: 'the run is completed', rounds: 3 },
      { message: expect.stringMatching(/^2 of 2 workers have joined/) as unknown }, { message: 'round 2 is over', level: 'debug' },
    ]) expect(ownLines('coordinator')).toContainEqual(expect.objectContaining(expected));
    for (const message of ['welcome to epoch 1', 'ready for work', 'the coordinator ends this worker', 'the worker ends'])
      expect(ownLines('worker-1')).toContainEqual(expect.objectContaining({ message }));
    for (const message of ['parameter-server-1 is ready in epoch 1', 'a version is committed', 'the parameter server ends'])
      expect(ownLines('parameter-server-1')).toContainEqual(expect.objectContaining({ message }));
  });

  it('have nothing of the keys of the run', () => {
    expect(secrets.map((secret) => secret.length)).toEqual([44, 87]);
    const text = [...readdirSync(logs).map((name) => join(logs, name)), ...readdirSync(joined).map((name) => join(joined, name))]
      .map((file) => readFileSync(file, 'utf8')).join('');
    expect(text).toContain('--key [removed]');
    for (const form of secrets.flatMap(formsOf)) expect(text.includes(form), form.slice(0, 4)).toBe(false);
    // The listener's own secret key is known to nobody outside: nothing of that form is there.
    expect(text).not.toMatch(/(?<![\w+/])[A-Za-z0-9+/]{43}=/);
  });

  it('go on where a run goes on, with a few dozen lines for many rounds', async () => {
    const before = ownLines('coordinator').length;
    const { code, output } = await lethe(['train', '--resume', 'logged', '--runs-dir', runs, '--rounds', '103', '--await-workers', '1']);
    expect(code, output).toBe(0);
    const added = ownLines('coordinator').slice(before);
    expect(added[0]).toMatchObject({ level: 'info', message: 'the run goes on after round 3' });
    expect(added.at(-1)).toMatchObject({ level: 'info', run: 'logged' });
    expect(added.length).toBeLessThan(50);
    expect(added.map(({ level }) => level)).not.toContain('debug');
  }, 60_000);

  it('are not kept where none is wanted', async () => {
    const flags = ['--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0', '--no-grid', '--no-evaluation'];
    const silent = ['--rounds', '1', '--runs-dir', runs, '--name', 'silent', '--log-level', 'silent'];
    expect((await lethe(['train', ...flags, ...silent])).code).toBe(0);
    expect(existsSync(join(runs, 'silent', 'logs', 'coordinator.jsonl'))).toBe(false);
    expect(readdirSync(join(runs, 'silent', 'logs')).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  }, 60_000);
});
