import { encodeMessage, decodeMessage, type MessageBody, type Origin } from '@lethe/protocol';
import { createRunKeys, createZeroMqTransport, type Listener, type Trust } from '@lethe/transport';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlPlane } from './control-plane.js';

const RUN: Origin = { runId: 'secret-run/1', epoch: 1, sender: 'coordinator', incarnation: 'c' };
const FINGERPRINT = 'native secret-build threads=1';
const keys = createRunKeys();
const transport = createZeroMqTransport();
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => { for (const end of open.splice(0).reverse()) await end.close(); });

function register(fingerprint: string): MessageBody {
  return { kind: 'register', role: 'worker', host: 'elsewhere', processId: 1, fingerprint, address: '', device: 'cpu' };
}

/** A control plane with one worker; its messages about processes that were refused. */
async function controlPlane(listener: Listener): Promise<string[]> {
  const refused: string[] = [];
  const control = new ControlPlane({
    listener, origin: RUN, required: { engine: 'native', threads: 1, strictBits: false }, heartbeatMs: 1000, stallMs: 60_000,
    onMessage: () => undefined, onRegistered: () => undefined, onReady: () => undefined,
    onLost: () => undefined, onAbsence: () => undefined, onTick: () => undefined,
    onRefused: (message) => { refused.push(message); },
  });
  control.roster.admit('first', register(FINGERPRINT) as Extract<MessageBody, { kind: 'register' }>, 0);
  open.push({ close: () => control.close('the test is over') });
  return refused;
}

/** The answer to a process that sends this. */
async function answerTo(address: string, trust: Trust, origin: Origin, body: MessageBody): Promise<string> {
  const connection = await transport.connect(address, { identity: origin.incarnation, ...trust });
  open.push(connection);
  await connection.send(encodeMessage({ origin, body }));
  for await (const frames of connection.messages) return JSON.stringify([decodeMessage(frames), String(frames[0])]);
  return 'nothing';
}

const STRANGER: Origin = { runId: '', epoch: 0, sender: 'worker', incarnation: 'stranger' };
const unlike = register('native other-build threads=1');

describe('a process that is refused', () => {
  it('over plain text learns only that, unless it knows the run; the run\'s owner learns why', async () => {
    const listener = await transport.listen('tcp://127.0.0.1:*', { insecurePlaintext: true });
    const refused = await controlPlane(listener);
    const trust = { insecurePlaintext: true };
    const answers = [
      await answerTo(listener.address, trust, STRANGER, unlike),
      await answerTo(listener.address, trust, { ...STRANGER, runId: 'guess', incarnation: 'guesser' }, { kind: 'ready' }),
    ];
    for (const answer of answers) expect(answer).not.toMatch(/secret/);
    const codes = ['FINGERPRINT_MISMATCH', 'RUN_UNKNOWN'];
    expect(answers).toEqual(codes.map((code) => expect.stringContaining(`not taken (${code})`) as string));
    expect(refused).toEqual([expect.stringContaining(FINGERPRINT), expect.stringContaining('speaks of run')]);
    const insider = await answerTo(listener.address, trust, { ...RUN, sender: 'worker', incarnation: 'insider' }, { kind: 'ready' });
    expect(insider).toContain('a process that has not registered');
  });

  it('learns why if it was let in by its key', async () => {
    const listener = await transport.listen('tcp://127.0.0.1:*', { security: keys.listener });
    await controlPlane(listener);
    expect(await answerTo(listener.address, { security: keys.member }, STRANGER, unlike)).toContain('secret-build');
  });
});
