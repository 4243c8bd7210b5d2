import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRunKeys, createZeroMqTransport, reachedAddress, type Listener } from './index.js';

const transport = createZeroMqTransport();
const [run, other] = [createRunKeys(), createRunKeys()];
const open: { close(): unknown }[] = [];

afterEach(async () => { await Promise.all(open.splice(0).map((end) => end.close())); });

async function listen({ listener }: typeof run): Promise<Listener> {
  const listening = await transport.listen('tcp://127.0.0.1:*', { security: listener });
  open.push(listening);
  return listening;
}

/** A service that is no listener of a run. */
async function startService(onLine: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => { onLine(socket.on('error', () => undefined)); }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the address at which a listener is reached', () => {
  it('is the first that leads to it, whoever else listens at those before; else one that is silent', async () => {
    const free = await listen(run);
    await free.close();
    const [stranger, otherRun] = [await startService((socket) => socket.end('220 ready\r\n')), await listen(other)];
    const [here, again] = [await listen(run), await listen(run)];
    const others = [stranger, free.address, otherRun.address];
    expect(await Promise.all([[...others, here.address, again.address], others].map((addresses) => (
      reachedAddress(addresses, transport, { security: run.member })
    )))).toEqual([here.address, stranger]);
  });

  it('is none where all are refused, and each says why', async () => {
    const free = await listen(run);
    await free.close();
    const otherRun = await listen(other);
    await expect(reachedAddress([free.address, otherRun.address], transport, { security: run.member })).rejects.toMatchObject({
      code: 'ADDRESS_INVALID', message: expect.stringMatching(
        /^expected an address of the run that this machine reaches, found \S+ \(ECONNREFUSED\), \S+ \(.* refuses us: it broke off 3 /,
      ) as unknown,
    });
  });
});
