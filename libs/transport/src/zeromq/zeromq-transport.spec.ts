import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@lethe/errors';
import { Dealer, Router } from 'zeromq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRunKeys, createZeroMqTransport, type ConnectOptions, type ListenOptions, type TransportEvent } from '../index.js';

vi.setConfig({ testTimeout: 30_000 });

const HELLO = [new TextEncoder().encode('hello')];
const transport = createZeroMqTransport();
let folder: string;
const open: { close(): unknown }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-wire-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((end) => end.close()));
  await rm(folder, { recursive: true });
});

/** In plain text unless keys are given: what is tested is mostly not security. */
async function listen(address = 'tcp://127.0.0.1:*', options: ListenOptions = {}) {
  const listener = await transport.listen(address, { insecurePlaintext: true, ...options });
  open.push(listener);
  return listener;
}

async function connect(address: string, options: Partial<ConnectOptions> = {}) {
  const connection = await transport.connect(address, { identity: 'peer', insecurePlaintext: true, ...options });
  open.push(connection);
  return connection;
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(() => undefined, (error: unknown) => errorCode(error) ?? `untyped: ${String(error)}`);
}

async function first<T>(messages: AsyncIterable<T>): Promise<T | undefined> {
  for await (const message of messages) return message;
  return undefined;
}

/** The first event of a kind. */
function watch(kind: TransportEvent['kind']) {
  const { promise, resolve } = withResolvers<TransportEvent>();
  return { seen: promise, onEvent: (event: TransportEvent) => event.kind === kind && resolve(event) };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('addresses', () => {
  it.each([
    ['tcp://127.0.0.1', 'expected tcp://HOST:PORT'],
    ['tcp://127.0.0.1:70000', 'expected tcp://HOST:PORT'],
    ['http://127.0.0.1:1', 'expected ipc://PATH'],
    ['ipc://', 'expected ipc://PATH'],
    ['memory://here', 'memory transport'],
    [`ipc:///${'x'.repeat(107)}`, 'at most 107 bytes, found 108'],
    ['ipc:///nowhere/at/all', 'nothing can be bound there'],
  ])('refuses to listen on %s', async (address, why) => {
    expect(await codeOf(transport.listen(address))).toBe('ADDRESS_INVALID');
    await expect(transport.listen(address)).rejects.toThrow(why);
  });

  it.each(['tcp://127.0.0.1:*', 'tcp://127.0.0.1:0', 'tcp://*:5'])('refuses to connect to %s', async (address) => {
    expect(await codeOf(transport.connect(address, { identity: 'peer', insecurePlaintext: true }))).toBe('ADDRESS_INVALID');
  });

  it('names the real port, and the loopback where it listens on all interfaces', async () => {
    expect((await listen('tcp://localhost:*')).address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const everywhere = await listen('tcp://0.0.0.0:*');
    expect([everywhere.address, everywhere.boundAddress]).toEqual([
      expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/), expect.stringMatching(/^tcp:\/\/0\.0\.0\.0:\d+$/),
    ]);
    const connection = await connect(everywhere.address);
    await connection.send(HELLO);
    expect((await first(everywhere.messages))?.peer).toBe('peer');
  });

  it('leaves no socket behind, takes over a dead one, and spares what it did not make', async () => {
    const path = join(folder, 's');
    const listener = await listen(`ipc://${path}`);
    expect(existsSync(path)).toBe(true);
    await listener.close();
    expect(existsSync(path)).toBe(false);

    const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    await new Promise((resolve) => spawn(process.execPath, ['-e', script, path]).once('exit', resolve));
    expect(existsSync(path)).toBe(true);
    await (await listen(`ipc://${path}`)).close();

    await writeFile(path, 'precious');
    await expect(listen(`ipc://${path}`)).rejects.toThrow('something that is not a socket lies there');
  });

  it('sees a listener of another process', async () => {
    const path = join(folder, 's');
    const foreign = new Router({ linger: 0 }); // unknown to this library, as in another process
    open.push(foreign);
    await foreign.bind(`ipc://${path}`);
    await expect(listen(`ipc://${path}`)).rejects.toThrow('already in use');
  });
});

describe('security', () => {
  it.each([
    'tcp://127.0.0.1:*', 'tcp://localhost:*', 'tcp://[::1]:*', 'tcp://0.0.0.0:*', 'tcp://*:*', 'tcp://[::]:*', 'tcp://192.0.2.1:9',
    'ipc://@lethe-abstract', `ipc://${tmpdir()}/lethe-in-a-public-folder`,
  ])('is asked for at %s, where others can connect, unless plaintext is asked for', async (address) => {
    expect(await codeOf(transport.listen(address))).toBe('ADDRESS_INSECURE');
  });

  it('is not asked for in a folder that only this user can enter', async () => {
    const listener = await transport.listen(`ipc://${folder}/s`);
    open.push(listener, await transport.connect(listener.address, { identity: 'peer' }));
    await chmod(folder, 0o755);
    expect(await codeOf(transport.listen(`ipc://${folder}/t`))).toBe('ADDRESS_INSECURE');
    expect(await codeOf(transport.connect(listener.address, { identity: 'other' }))).toBe('ADDRESS_INSECURE');
  });

  it('is asked of those who connect, too', async () => {
    for (const address of ['tcp://192.0.2.1:9', 'tcp://127.0.0.1:9']) {
      expect(await codeOf(transport.connect(address, { identity: 'peer' }))).toBe('ADDRESS_INSECURE');
    }
    await connect('tcp://192.0.2.1:9');
    await connect('tcp://192.0.2.1:9', { insecurePlaintext: false, security: createRunKeys().member });
  });

  const keys = createRunKeys();
  const strangers = createRunKeys();
  it.each([
    ['a key that is not of the run', { ...strangers.member, listenerPublicKey: keys.member.listenerPublicKey }],
    ['the key of another listener', { ...keys.member, listenerPublicKey: strangers.member.listenerPublicKey }],
    ['no key', undefined],
  ])('refuses a peer with %s, and both sides get an event', async (_name, security) => {
    const { seen, onEvent } = watch('refused');
    const listener = await listen(undefined, { security: keys.listener, onEvent });
    const connection = await connect(listener.address, security ? { security } : {});
    await connection.send(HELLO);
    expect(await codeOf(first(connection.messages))).toBe('PEER_UNAUTHORISED');
    expect(await codeOf(connection.send(HELLO))).toBe('PEER_UNAUTHORISED');
    expect((await seen).address).toBe(listener.address);

    const welcome = await connect(listener.address, { security: keys.member, identity: 'member' });
    await welcome.send(HELLO);
    expect((await first(listener.messages))?.peer).toBe('member'); // nothing of the stranger's came through
  });

  it('keeps a member from a listener without keys', async () => {
    const listener = await listen();
    const connection = await connect(listener.address, { security: keys.member });
    expect(await codeOf(first(connection.messages))).toBe('PEER_UNAUTHORISED');
  });

  it('keeps the runs of one process apart', async () => {
    const [ours, theirs] = [
      await listen(undefined, { security: keys.listener }),
      await listen(undefined, { security: { ...keys.listener, memberPublicKey: strangers.member.publicKey } }),
    ];
    const connection = await connect(theirs.address, { security: keys.member });
    expect(await codeOf(first(connection.messages))).toBe('PEER_UNAUTHORISED');
    const welcome = await connect(ours.address, { security: keys.member });
    await welcome.send(HELLO);
    expect((await first(ours.messages))?.peer).toBe('peer');
  });

  it('names a key of the wrong length', async () => {
    const security = { ...keys.member, secretKey: new Uint8Array(31) };
    await expect(connect('tcp://127.0.0.1:9', { security })).rejects.toThrow("the member's secret key must have 32 bytes, found 31");
    const listener = { ...keys.listener, memberPublicKey: new Uint8Array(0) };
    expect(await codeOf(listen(undefined, { security: listener }))).toBe('CONFIG_INVALID');
  });
});

describe('strangers', () => {
  it('who speak no ZeroMQ are reported and change nothing', async () => {
    const { seen, onEvent } = watch('refused');
    const listener = await listen(undefined, { onEvent });
    const port = Number(listener.address.split(':').at(-1));
    connectSocket(port, '127.0.0.1').end('GET / HTTP/1.1\r\n\r\n');
    await seen;
    const connection = await connect(listener.address);
    await connection.send(HELLO);
    expect((await first(listener.messages))?.peer).toBe('peer');
  });

  it('without a name cannot be answered, but their messages are seen', async () => {
    const listener = await listen();
    const stranger = new Dealer({ linger: 0 });
    open.push(stranger);
    stranger.connect(listener.address);
    await stranger.send('hello');
    const incoming = await first(listener.messages);
    expect(incoming?.frames).toHaveLength(1);
  });
});

describe('a frame larger than the bound', () => {
  const keys = createRunKeys();
  it.each([
    ['in plain text', {}, {}],
    ['with keys', { security: keys.listener }, { security: keys.member }],
  ])('is taken from nobody %s, and costs the others nothing', async (_name, listening, connecting) => {
    const listener = await listen(undefined, { ...listening, maxFrameBytes: 2 ** 20 });
    const messages = listener.messages[Symbol.asyncIterator]();
    const { seen: broken, onEvent } = watch('disconnected');
    const [greedy, good] = [
      await connect(listener.address, { ...connecting, identity: 'greedy', onEvent }),
      await connect(listener.address, { ...connecting, identity: 'good' }),
    ];
    await greedy.send(HELLO);
    expect(await messages.next()).toMatchObject({ value: { peer: 'greedy' } });
    await greedy.send([new Uint8Array(2 ** 20 + 100)]);
    await good.send([new Uint8Array(2 ** 20)]);
    await broken;
    await greedy.send(HELLO); // over a connection of its own again
    const results = [await messages.next(), await messages.next()];
    const seen = results.map((result) => (result.done === true ? null : [result.value.peer, result.value.frames[0]?.byteLength]));
    expect(seen.sort()).toEqual([['good', 2 ** 20], ['greedy', HELLO[0]?.byteLength]]);
    expect(await codeOf(listener.send('good', [new Uint8Array(2 ** 20 + 1)]))).toBe('MESSAGE_MALFORMED');
  });

  it('breaks the connection of whoever receives it', async () => {
    const listener = await listen();
    const { seen, onEvent } = watch('disconnected');
    const connection = await connect(listener.address, { maxFrameBytes: 2 ** 20, onEvent });
    await connection.send(HELLO);
    await first(listener.messages);
    await listener.send('peer', [new Uint8Array(2 ** 21)]);
    await seen;
  });
});

describe('a life of a connection', () => {
  it('reports events', async () => {
    const [up, down] = [watch('connected'), watch('disconnected')];
    const listener = await listen();
    await connect(listener.address, { onEvent: (event) => [up, down].forEach(({ onEvent }) => onEvent(event)) });
    await up.seen;
    await listener.close();
    await down.seen;
  });

  it('takes over its name after a broken line', async () => {
    const listener = await listen();
    const messages = listener.messages[Symbol.asyncIterator]();
    for (const round of ['one', 'two']) {
      const connection = await connect(listener.address, { identity: 'same' });
      await connection.send([new TextEncoder().encode(round)]);
      const result = await messages.next();
      expect(result.done === true ? 'ended' : String(result.value.frames[0])).toBe(round);
      await listener.send('same', HELLO);
      expect(await first(connection.messages)).toHaveLength(1);
    }
  });

  it('reports what it could not deliver after all', async () => {
    const { seen, onEvent } = watch('dropped');
    const listener = await listen(undefined, { onEvent });
    const connection = await connect(listener.address);
    await connection.send(HELLO);
    const incoming = listener.messages[Symbol.asyncIterator]();
    await incoming.next();
    const chunk = new Uint8Array(2 ** 20);
    for (let sent = 0; sent < 300; sent += 1) await listener.send('peer', [chunk]);
    const nothing = incoming.next(); // ZeroMQ notices that a peer has gone while it is read from
    await connection.close();
    expect((await seen).message).toMatch(/^\d+ message\(s\) for "peer"$/);
    await listener.close();
    expect((await nothing).done).toBe(true);
  });
});

describe('a process', () => {
  /** Runs a program that uses this library; resolves with its exit code and how long it took after saying "closing". */
  async function run(program: string): Promise<{ code: number | null; closingMs: number }> {
    const source = `import { createZeroMqTransport } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
      const hello = [new TextEncoder().encode('hello')]; const transport = createZeroMqTransport(); ${program}`;
    const flags = ['--import', 'tsx', '--input-type=module', '-e', source];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    let closing = Number.NaN;
    child.stdout.on('data', () => (closing = performance.now()));
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { code, closingMs: performance.now() - closing };
  }

  it('ends though nobody ever answered', async () => {
    const { code, closingMs } = await run(`
      const connection = await transport.connect('ipc://${folder}/nobody', { identity: 'peer' });
      for (let i = 0; i < 200; i += 1) await connection.send(hello);
      console.log('closing');
      await connection.close();`);
    expect(code).toBe(0);
    expect(closingMs).toBeLessThan(10_000); // a second for our queue, one for ZeroMQ's, and a busy machine
  }, 60_000);

  it.each(['', 'process.exit(0)'])('hands over its last words before it ends (%s)', async (end) => {
    const listener = await listen(`ipc://${folder}/s`);
    const running = run(`
      const connection = await transport.connect('ipc://${folder}/s', { identity: 'peer' });
      const chunk = new Uint8Array(2 ** 20);
      for (let i = 0; i < 16; i += 1) void connection.send([chunk]);
      console.log('closing');
      await connection.close(); ${end}`);
    let received = 0;
    for await (const { frames } of listener.messages) {
      expect(frames[0]?.byteLength).toBe(2 ** 20);
      received += 1;
      if (received === 16) break;
    }
    expect((await running).code).toBe(0);
  }, 60_000);
});
