import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from '@lethe/run-folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownVersion } from '../own-version.js';
import { writeBugReport, type BugReport } from './bug-report.js';

const [KEY, TOKEN] = [`K${'k'.repeat(43)}`, `T${'t'.repeat(86)}`];
let folder: string;
let run: RunFolder;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-report-'));
  run = await RunFolder.create({ runsFolder: join(folder, 'runs'), name: 'mild', configJson: '{"recipe":"quick"}' });
  await run.close();
  writeFileSync(join(run.logs, 'coordinator.jsonl'), `{"message":"reads ${homedir()}/data, joins with ${KEY} ${TOKEN}"}\n`);
  writeFileSync(join(run.logs, 'worker-1.log'), '');
  writeFileSync(run.joinToken, TOKEN);
});
afterEach(() => { rmSync(folder, { recursive: true }); });

function write(): Promise<BugReport> {
  return writeBugReport({ runFolder: run.folder, findings: ['engine   native', `cache    ${homedir()}/.cache`], userFolder: folder });
}

describe('a bug report', () => {
  it('is one text with versions, findings, settings and logs, where the user typed', async () => {
    const { file, bytes, parts } = await write();
    expect(file).toBe(join(folder, 'lethe-report-mild.txt'));
    expect(parts).toEqual(['versions', 'doctor', 'files', 'config.json', 'logs/coordinator.jsonl']);
    const text = readFileSync(file, 'utf8');
    expect(bytes).toBe(Buffer.byteLength(text));
    for (const part of parts) expect(text).toContain(`===== ${part} =====\n`);
    for (const line of [`lethe     ${ownVersion()}\n`, `node      ${process.version}\n`, 'engine   native\n', '{"recipe":"quick"}\n'])
      expect(text).toContain(line);
    expect(text).toMatch(/ {11}0 {2}logs\/worker-1\.log\n/);
  });

  it('has no key, no token and no home folder', async () => {
    const text = readFileSync((await write()).file, 'utf8');
    expect(text).toContain('reads ~/data, joins with [removed] [removed]');
    expect(text).toContain('cache    ~/.cache');
    for (const secret of [KEY, TOKEN, homedir(), folder]) expect(text).not.toContain(secret);
  });

  it('has the end of a long log, from the beginning of a line on, and takes the place of the report before', async () => {
    const lines = Array.from({ length: 20_000 }, (_, line) => JSON.stringify({ line, text: 'x'.repeat(100) }));
    writeFileSync(join(run.logs, 'worker-1.jsonl'), `${lines.join('\n')}\n`);
    await write();
    const { file, parts } = await write();
    const size = Buffer.byteLength(`${lines.join('\n')}\n`);
    expect(parts.at(-1)).toBe(`logs/worker-1.jsonl, its last 1048576 of ${size} bytes`);
    const kept = readFileSync(file, 'utf8').split('bytes =====\n')[1]?.trimEnd().split('\n') ?? [];
    expect(kept.at(-1)).toBe(lines.at(-1));
    expect(kept).toEqual(lines.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(8000);
  });

  it('of a run without logs says what there is', async () => {
    rmSync(run.logs, { recursive: true });
    const { file, parts } = await write();
    expect([existsSync(file), parts]).toEqual([true, ['versions', 'doctor', 'files', 'config.json']]);
  });
});
