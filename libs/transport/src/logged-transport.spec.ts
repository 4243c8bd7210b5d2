import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noLog, type Log } from '@lethe/telemetry/log';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loggedTransport } from './logged-transport.js';
import { createRunKeys } from './security/keys.js';
import { createZeroMqTransport } from './zeromq/zeromq-transport.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-logged-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

interface Line { readonly level: string; readonly event: unknown; readonly address: unknown; readonly message: string }

/** A log whose lines can be waited for. */
function watchedLog(): { log: Log; lines: Line[]; until: (isEnough: () => boolean) => Promise<void> } {
  const lines: Line[] = [];
  let check = (): void => undefined;
  const write = (level: string): Log['info'] => ({ event, address }, message) => {
    lines.push({ level, event, address, message });
    check();
  };
  const until = (isEnough: () => boolean): Promise<void> => new Promise((resolve) => {
    check = () => { if (isEnough()) resolve(); };
    check();
  });
  return { log: { ...noLog(), debug: write('debug'), info: write('info'), warn: write('warn') }, lines, until };
}

it('logs who connects, who is refused and who leaves, and still reports it', async () => {
  const { log, lines, until } = watchedLog();
  const [own, strange] = [createRunKeys(), createRunKeys()];
  const transport = loggedTransport(createZeroMqTransport(), log);
  const reported: string[] = [];
  const listener = await transport.listen(`ipc://${join(folder, 's')}`, { security: own.listener });
  const { address } = listener;
  const member = await transport.connect(address, {
    identity: 'member', security: own.member, onEvent: ({ kind }) => { reported.push(kind); },
  });
  await member.reached();
  await until(() => lines.filter(({ event }) => event === 'connected').length > 0);
  const stranger = await createZeroMqTransport().connect(address, {
    identity: 'stranger', security: { ...strange.member, listenerPublicKey: own.listener.publicKey },
  });
  await until(() => lines.some(({ event }) => event === 'refused'));
  await member.close();
  await until(() => lines.some(({ event }) => event === 'disconnected'));
  await stranger.close();
  await listener.close();
  expect(reported).toContain('connected');
  expect(lines).toEqual(expect.arrayContaining([
    { level: 'info', event: 'connected', address, message: expect.any(String) as unknown },
    { level: 'warn', event: 'refused', address, message: 'a peer with a key that is not of the run was refused' },
    { level: 'info', event: 'disconnected', address, message: 'the line of a peer broke, or the peer has left' },
  ]));
});

it('logs that nobody answers, once in a while', async () => {
  const { log, lines, until } = watchedLog();
  const transport = loggedTransport(createZeroMqTransport(), log);
  const address = `ipc://${join(folder, 'nobody')}`;
  const retries: string[] = [];
  const connection = await transport.connect(address, {
    identity: 'early', onEvent: ({ kind }) => { if (kind === 'retried') retries.push(kind); },
  });
  await until(() => lines.length > 0);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (retries.length <= 2) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
  await connection.close();
  expect(lines).toEqual([{ level: 'debug', event: 'retried', address, message: 'nothing answers yet; connecting again' }]);
});
