import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Connection,
  type ConnectOptions,
  createMemoryTransport,
  createRunKeys,
  createZeroMqTransport,
  type Incoming,
  type Listener,
  type ListenOptions,
  type Transport,
} from './index.js';

interface Setting {
  readonly name: string;
  readonly transport: () => Transport;
  /** @param folder a private, empty folder */
  readonly address: (folder: string) => string;
  readonly secure: boolean;
  readonly insecurePlaintext?: boolean;
}

const SETTINGS: Setting[] = [
  { name: 'ipc', transport: createZeroMqTransport, address: (folder) => `ipc://${folder}/s`, secure: false },
  {
    name: 'tcp in plain text', transport: createZeroMqTransport, address: () => 'tcp://127.0.0.1:*', secure: false, insecurePlaintext: true,
  },
  { name: 'tcp with keys', transport: createZeroMqTransport, address: () => 'tcp://127.0.0.1:*', secure: true },
  { name: 'ipc with keys', transport: createZeroMqTransport, address: (folder) => `ipc://${folder}/s`, secure: true },
  { name: 'memory', transport: createMemoryTransport, address: () => 'memory://s', secure: false },
];

const LARGE_BYTES = 5 * 2 ** 20;

function text(frames: Frames): string[] {
  return frames.map((frame) => new TextDecoder().decode(frame));
}

function bytes(...words: string[]): Frames {
  return words.map((word) => new TextEncoder().encode(word));
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(() => undefined, (error: unknown) => errorCode(error) ?? `untyped: ${String(error)}`);
}

/** Reads one side of a conversation message by message. */
function reader<T>(messages: AsyncIterable<T>): { next: () => Promise<T>; done: () => Promise<boolean> } {
  const iterator = messages[Symbol.asyncIterator]();
  return {
    next: async () => {
      const result = await iterator.next();
      if (result.done === true) throw new Error('the messages ended');
      return result.value;
    },
    done: async () => (await iterator.next()).done === true,
  };
}

describe.each(SETTINGS)('a transport over $name', { timeout: 30_000 }, (setting) => {
  const { transport: create, address, secure, insecurePlaintext = false } = setting;
  const keys = createRunKeys();
  let transport: Transport;
  let folder: string;
  const open: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    transport = create();
    folder = await mkdtemp(join(tmpdir(), 'lethe-wire-'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((end) => end.close()));
    await rm(folder, { recursive: true });
  });

  async function listen(at = address(folder), options: ListenOptions = {}): Promise<Listener> {
    const listener = await transport.listen(at, { ...(secure ? { security: keys.listener } : { insecurePlaintext }), ...options });
    open.push(listener);
    return listener;
  }

  async function connect(to: string, identity: string, options: Partial<ConnectOptions> = {}): Promise<Connection> {
    const trust = secure ? { security: keys.member } : { insecurePlaintext };
    const connection = await transport.connect(to, { identity, ...trust, ...options });
    open.push(connection);
    return connection;
  }

  /** A listener and a peer that has said hello, so that each knows the other. */
  async function meet(identity = 'peer', options: Partial<ConnectOptions> & ListenOptions = {}) {
    const { maxQueuedBytes = 2 ** 30 } = options;
    const listener = await listen(undefined, { maxQueuedBytes });
    const connection = await connect(listener.address, identity, { maxQueuedBytes });
    const incoming = reader<Incoming>(listener.messages);
    await connection.send(bytes('hello'));
    expect((await incoming.next()).peer).toBe(identity);
    return { listener, connection, incoming };
  }

  it('carries messages whole, in order, both ways', async () => {
    const { listener, connection, incoming } = await meet();
    const answers = reader(connection.messages);
    for (let number = 0; number < 100; number += 1) {
      await connection.send(bytes('question', String(number), ''));
      await listener.send('peer', bytes('answer', String(number)));
    }
    for (let number = 0; number < 100; number += 1) {
      expect(text((await incoming.next()).frames)).toStrictEqual(['question', String(number), '']);
      expect(text(await answers.next())).toStrictEqual(['answer', String(number)]);
    }
  });

  it('carries large frames intact', async () => {
    const { connection, incoming } = await meet();
    const values = Float32Array.from({ length: LARGE_BYTES / 4 }, (_, index) => index);
    await connection.send([...bytes('vectors'), new Uint8Array(values.buffer), new Uint8Array(values.buffer, 4)]);
    const { frames } = await incoming.next();
    expect(frames.map(({ byteLength }) => byteLength)).toStrictEqual([7, LARGE_BYTES, LARGE_BYTES - 4]);
    expect(Buffer.compare(frames[1]!, new Uint8Array(values.buffer))).toBe(0);
    expect(Buffer.compare(frames[2]!, new Uint8Array(values.buffer, 4))).toBe(0);
  });

  it('sends replies to the peer they are for, whichever listened first', async () => {
    const { listener, connection, incoming } = await meet('first');
    const second = await connect(listener.address, 'second');
    await second.send(bytes('hello'));
    expect((await incoming.next()).peer).toBe('second');
    await listener.send('second', bytes('for the second'));
    await listener.send('first', bytes('for the first'));
    expect(text(await reader(connection.messages).next())).toStrictEqual(['for the first']);
    expect(text(await reader(second.messages).next())).toStrictEqual(['for the second']);
  });

  it('says when a peer is unknown', async () => {
    const { listener } = await meet();
    await expect(listener.send('stranger', bytes('hello'))).rejects.toThrow('nobody called "stranger"');
    expect(await codeOf(listener.send('stranger', bytes('hello')))).toBe('PEER_UNKNOWN');
  });

  it('loses nothing of many messages sent at once, small and large, to several peers', async () => {
    const { listener, connection, incoming } = await meet('first');
    const second = await connect(listener.address, 'second');
    await second.send(bytes('hello'));
    await incoming.next();
    const large = new Uint8Array(2 ** 20);
    const message = (number: number): Frames => [...bytes(String(number)), ...(number % 50 === 0 ? [large] : [])];
    const numbers = Array.from({ length: 2_000 }, (_, index) => index);
    const sends = numbers.flatMap((number) => [
      connection.send(message(number)),
      listener.send('first', message(number)),
      listener.send('second', message(number)),
    ]);
    const [atFirst, atSecond] = [reader(connection.messages), reader(second.messages)];
    for (const number of numbers) {
      const received = await Promise.all([incoming.next().then(({ frames }) => frames), atFirst.next(), atSecond.next()]);
      for (const frames of received) {
        expect(frames.length).toBe(number % 50 === 0 ? 2 : 1);
        expect(text([frames[0]!])).toStrictEqual([String(number)]);
      }
    }
    await Promise.all(sends);
  });

  it('bounds what waits for a slow reader, in bytes, and delivers what it took', async () => {
    const { listener, connection, incoming } = await meet('peer', { maxQueuedBytes: 3 * 2 ** 20 });
    const chunk = new Uint8Array(2 ** 20);
    let taken = 0;
    let refusal: unknown;
    while (refusal === undefined && taken < 2_000) {
      await connection.send([chunk]).then(() => (taken += 1), (error: unknown) => (refusal = error));
    }
    expect(errorCode(refusal)).toBe('QUEUE_FULL');
    for (let read = 0; read < taken; read += 1) expect((await incoming.next()).frames[0]!.byteLength).toBe(2 ** 20);

    taken = 0;
    refusal = undefined;
    while (refusal === undefined && taken < 2_000) {
      await listener.send('peer', [chunk]).then(() => (taken += 1), (error: unknown) => (refusal = error));
    }
    expect(errorCode(refusal)).toBe('QUEUE_FULL');
    const answers = reader(connection.messages);
    for (let read = 0; read < taken; read += 1) expect((await answers.next())[0]!.byteLength).toBe(2 ** 20);
  });

  it('holds back only what is for a peer that does not read: the others are answered', async () => {
    const { listener, connection, incoming } = await meet('reading', { maxQueuedBytes: 2 ** 20 });
    const stalled = await connect(listener.address, 'stalled');
    await stalled.send(bytes('hello'));
    expect((await incoming.next()).peer).toBe('stalled');
    const chunk = new Uint8Array(2 ** 20);
    let refusal: unknown;
    for (let taken = 0; refusal === undefined && taken < 2_000; taken += 1) {
      await listener.send('stalled', [chunk]).catch((error: unknown) => (refusal = error));
    }
    expect(errorCode(refusal)).toBe('QUEUE_FULL');
    const answers = reader(connection.messages);
    for (let sent = 0; sent < 10; sent += 1) {
      await listener.send('reading', [chunk]);
      expect((await answers.next())[0]!.byteLength).toBe(2 ** 20);
    }
  });

  it('lets a peer send before anyone listens', async () => {
    const listener = await listen();
    const free = listener.address;
    await listener.close();
    const connection = await connect(free, 'early');
    await connection.send(bytes('hello'));
    const { frames, peer } = await reader((await listen(free)).messages).next();
    expect([peer, ...text(frames)]).toStrictEqual(['early', 'hello']);
  });

  it('delivers what was sent just before closing', async () => {
    const { connection, incoming } = await meet();
    const chunk = new Uint8Array(2 ** 20);
    const sends = Array.from({ length: 16 }, () => connection.send([chunk]));
    const closed = Promise.all([...sends, connection.close()]);
    for (let read = 0; read < sends.length; read += 1) {
      expect((await incoming.next()).frames[0]!.byteLength).toBe(2 ** 20);
    }
    await closed;
  });

  it('ends its messages when closed, twice if need be, and takes no more', async () => {
    const { listener, connection, incoming } = await meet();
    const answers = reader(connection.messages);
    const [atConnection, atListener] = [answers.done(), incoming.done()];
    await Promise.all([connection.close(), connection.close()]);
    expect(await atConnection).toBe(true);
    await Promise.all([listener.close(), listener.close()]);
    expect(await atListener).toBe(true);
    expect(await codeOf(connection.send(bytes('late')))).toBe('CONNECTION_CLOSED');
    expect(await codeOf(listener.send('peer', bytes('late')))).toMatch(/^(CONNECTION_CLOSED|PEER_UNKNOWN)$/);
  });

  it('gives an address to one listener at a time, and frees it on close', async () => {
    const first = await listen();
    await expect(listen(first.address)).rejects.toThrow(`address "${first.address}": it is already in use`);
    expect(await codeOf(listen(first.address))).toBe('ADDRESS_INVALID');
    await first.close();
    const again = await listen(first.address);
    expect(again.address).toBe(first.address);
    const connection = await connect(again.address, 'peer');
    await connection.send(bytes('hello'));
    expect((await reader(again.messages).next()).peer).toBe('peer');
  });

  it('has one reader', async () => {
    const { listener, connection } = await meet();
    reader(connection.messages);
    expect(() => reader(connection.messages)).toThrow('once');
    expect(() => reader(listener.messages)).toThrow('once');
  });

  it('refuses what is no message, no identity and no address', async () => {
    const { connection, listener } = await meet();
    const shared = new SharedArrayBuffer(8) as unknown as Uint8Array;
    await expect(connection.send([shared])).rejects.toThrow('frame 0 must be a Uint8Array, found [object SharedArrayBuffer]');
    expect(await codeOf(listener.send('peer', [shared]))).toBe('MESSAGE_MALFORMED');
    expect(await codeOf(connection.send([]))).toBe('MESSAGE_MALFORMED');
    expect(await codeOf(connect(listener.address, ''))).toBe('ADDRESS_INVALID');
    expect(await codeOf(connect('nowhere', 'peer'))).toBe('ADDRESS_INVALID');
  });

  it('says when the other end has answered for the first time, or that it never will', async () => {
    const { connection, listener } = await meet();
    await connection.reached();
    await listener.close();
    if (listener.address.startsWith('memory:')) return; // whoever is in the same process is there
    const lonely = await connect(listener.address, 'lonely');
    const waiting = codeOf(lonely.reached());
    await lonely.close();
    expect(await waiting).toBe('CONNECTION_CLOSED');
  });

  it('carries views of shared memory', async () => {
    const { connection, incoming } = await meet();
    const view = new Uint8Array(new SharedArrayBuffer(1_000)).fill(7);
    await connection.send([view]);
    expect(Buffer.compare((await incoming.next()).frames[0]!, view)).toBe(0);
  });
});
