import { randomUUID } from 'node:crypto';
import { Router } from 'zeromq';

/** Where ZeroMQ asks whether a key may come in (ZeroMQ RFC 27, "ZAP"). One handler serves the whole process. */
const HANDLER_ADDRESS = 'inproc://zeromq.zap.01';

let handler: Router | null = null;
/** Settles when the address is free again: closing takes its time, and unbinding before it has pitfalls of its own. */
let addressFree: Promise<void> = Promise.resolve();
const memberKeys = new Map<string, Uint8Array>();

/** The permission of one listener. */
export interface AllowedMember {
  readonly domain: string;
  release(): void;
}

/**
 * Lets exactly one key into the listeners of the returned domain. Without a handler ZeroMQ would let in any key pair.
 * All listeners with keys must live in one thread, because a process has room for one handler.
 */
export async function allowOnly(memberPublicKey: Uint8Array): Promise<AllowedMember> {
  await addressFree;
  const domain = randomUUID();
  memberKeys.set(domain, memberPublicKey);
  if (handler === null) {
    handler = new Router({ linger: 0 });
    handler.bindSync(HANDLER_ADDRESS);
    void answerAll(handler);
  }
  return { domain, release: () => forget(domain) };
}

/** An open socket keeps the process alive, so the handler goes with the last listener. */
function forget(domain: string): void {
  memberKeys.delete(domain);
  if (memberKeys.size > 0 || handler === null) return;
  const { events } = handler;
  addressFree = new Promise((resolve) => events.on('end', () => resolve()));
  handler.close();
  handler = null;
}

async function answerAll(router: Router): Promise<void> {
  for await (const [peer, empty, version, request, domain, _address, _identity, mechanism, key] of router) {
    const member = memberKeys.get(String(domain));
    const known = String(mechanism) === 'CURVE' && member !== undefined && key !== undefined && key.equals(member);
    const [status, text] = known ? ['200', 'OK'] : ['400', 'this key is not of the run'];
    if (router.closed) return;
    await router.send([peer ?? '', empty ?? '', version ?? '', request ?? '', status, text, '', '']);
  }
}
