import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lethe, type Ended } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-logs-'));
const runs = join(folder, 'runs');
const logs = join(runs, 'mild', 'logs');
const joined = join(folder, 'joined');
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** The commands of the page about logs, each once, without `npx lethe`. */
const page = readFileSync(fileURLToPath(new URL('../../../docs/logs.md', import.meta.url)), 'utf8');
const commands = [...page.matchAll(/^ {4}(?:npx lethe )?([a-z].*)$/gm)].map(([, command = '']) => command);
const [train = '', search = '', report = '', ...others] = commands;

type Line = Readonly<Record<string, unknown>>;
const linesOf = (file: string): Line[] => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
const ownLines = (name: string): Line[] => linesOf(join(logs, `${name}.jsonl`));

const SMALL = ['--recipe', 'quick', '--data-dir', 'data', '--batch-size', '32', '--held-out', '0', '--no-grid', '--no-evaluation'];

/** What is known of a run's keys from outside: the printed key, and the token that those who join need. */
let secrets: string[] = [];
beforeAll(async () => {
  expect(others).toEqual([]);
  vi.stubEnv('INIT_CWD', folder);
  makeSmallData(join(folder, 'data'));
  let joining: Promise<Ended> | undefined;
  const cluster = ['--listen', 'tcp://127.0.0.1:0', '--workers', '1', '--await-workers', '2'];
  const ended = await lethe([...train.split(' '), ...SMALL, '--rounds', '3', ...cluster], (text) => {
    const printed = /npx lethe worker (--join .+)\n/.exec(text)?.[1]?.split(' ');
    if (printed === undefined || joining !== undefined) return;
    const valueOf = (flag: string): string => printed[printed.indexOf(flag) + 1] ?? '';
    secrets = [valueOf('--key'), readFileSync(valueOf('--token-file'), 'utf8').trim()];
    // A stranger is turned away first.
    joining = lethe(['worker', ...printed.slice(0, 2), '--insecure-plaintext', '--log-level', 'silent']).then(() => (
      lethe(['worker', ...printed, '--log-level', 'trace', '--log-dir', joined])
    ));
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
  const names = ['coordinator', 'parameter-server-1', 'worker-1'];

  it('are one of each process, also of one that joined from elsewhere, and say where each line belongs', () => {
    expect(readdirSync(logs).filter((name) => name.endsWith('.jsonl'))).toEqual(names.map((name) => `${name}.jsonl`));
    expect(readdirSync(joined)).toEqual([`${hostname()}-worker-1.jsonl`]);
    const inRound = { run: 'mild', epoch: 1, round: 2, phase: expect.any(String) as unknown, level: 'debug' };
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

  it('are searched for what went wrong', () => {
    const found = execFileSync('bash', ['-c', `${search} || true`], { cwd: folder }).toString();
    const wrong = names.flatMap(ownLines).filter(({ level }) => level === 'warn' || level === 'error');
    expect(wrong).toContainEqual(expect.objectContaining({ process: 'coordinator', event: 'refused' }));
    expect(found.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)).toEqual(wrong);
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
    const { code, output } = await lethe(['train', '--resume', 'mild', '--rounds', '43', '--await-workers', '1']);
    expect(code, output).toBe(0);
    const added = ownLines('coordinator').slice(before);
    expect(added[0]).toMatchObject({ level: 'info', message: 'the run goes on after round 3' });
    expect(added.at(-1)).toMatchObject({ level: 'info', run: 'mild' });
    expect(added.length).toBeLessThan(40);
    expect(added.map(({ level }) => level)).not.toContain('debug');
  }, 60_000);

  it('are packed for a bug report, which has nothing of the keys either', async () => {
    const missing = await lethe(['doctor', '--report', 'absent']);
    expect([missing.code, missing.output]).toEqual([2, expect.stringMatching(/error: absent: expected a run/)]);
    const { code, output } = await lethe(report.split(' '));
    expect(code, output).toBe(0);
    expect(output).toMatch(/\nlethe-report-mild\.txt has [\d,]+ kB: versions, doctor, files, config\.json, summary\.json, logs/);
    const text = readFileSync(join(folder, 'lethe-report-mild.txt'), 'utf8');
    for (const part of ['a step   runs\n', '"recipe": ', '"weights_sha256"', '===== logs/worker-1.jsonl', 'the run is completed'])
      expect(text).toContain(part);
    for (const form of [...secrets.flatMap(formsOf), homedir(), folder]) expect(text.includes(form), form.slice(0, 4)).toBe(false);
  }, 60_000);
});
