import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JoiningWorker } from './plan-joining.js';
import { runWorkerGroup } from './worker-group.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-group-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Two workers, whose threads are their numbers. */
const workers = [1, 2].map((threads): JoiningWorker => ({
  address: 'tcp://192.0.2.7:5555', key: null, token: `T${'s'.repeat(86)}`, insecurePlaintext: false, engine: 'native', threads,
  joinTimeoutSeconds: 60, allowCode: false, interOpThreads: 1, logLevel: 'silent', logFile: '',
  gpu: { id: `GPU-${threads}`, index: threads, card: `GPU-${threads}`, model: 'NVIDIA A' },
}));

/** Runs a group whose processes execute `body` with what they are sent; `onLine` is called with each line of both streams. */
async function play(body: string, onLine: (line: string) => void = () => undefined): Promise<{ code: number; lines: string[] }> {
  const program = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`);
  const onMessage = `process.once('message', async ({ type, worker }) => { ${body} });`;
  writeFileSync(program, `process.on('disconnect', () => process.exit(1)); ${onMessage}`);
  const lines: string[] = [];
  const stream = new Writable({ write: (text: Buffer, _, done) => {
    lines.push(String(text).trimEnd());
    onLine(String(text));
    done();
  } });
  return { code: await runWorkerGroup(program, workers, { stdout: stream, stderr: stream }), lines };
}

describe('the workers of one machine', () => {
  it('print by their names, keep secrets off their command lines, and are waited for', async () => {
    const { code, lines } = await play('console.log(type, process.argv.slice(2).join(" "), worker.gpu.id); process.exit(0);');
    expect(code).toBe(0);
    expect(lines[0]).toBe('2 workers of this machine: worker 1 on gpu 1, worker 2 on gpu 2');
    expect([...lines].sort()).toEqual([
      lines[0],
      'worker 1 on gpu 1 has ended: exit code 0', 'worker 1 on gpu 1: join --join tcp://192.0.2.7:5555 GPU-1',
      'worker 2 on gpu 2 has ended: exit code 0', 'worker 2 on gpu 2: join --join tcp://192.0.2.7:5555 GPU-2',
    ].sort());
  });

  it('end with the code of the one that failed, while the others go on', async () => {
    const sign = join(folder, 'the-second-has-ended');
    const body = `
      if (worker.threads === 2) process.exit(3);
      const { existsSync } = await import('node:fs');
      setInterval(() => { if (existsSync('${sign}')) process.exit(0); }, 5);`;
    const { code, lines } = await play(body, (line) => { if (line.includes('worker 2 on gpu 2 has ended')) writeFileSync(sign, ''); });
    expect([code, ...lines.slice(1)]).toEqual([3, 'worker 2 on gpu 2 has ended: exit code 3', 'worker 1 on gpu 1 has ended: exit code 0']);
  });

  it('get every signal', async () => {
    let ready = 0;
    const { code, lines } = await play('setInterval(() => {}, 1000); console.log("ready");', (line) => {
      if (line.includes('ready')) ready += 1;
      if (line.includes('ready') && ready === 2) process.emit('SIGTERM', 'SIGTERM');
    });
    expect(code).toBe(128 + 15);
    expect(lines.filter((line) => line.endsWith('has ended: killed by SIGTERM'))).toHaveLength(2);
  });
});
