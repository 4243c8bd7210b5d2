import { randomUUID } from 'node:crypto';
import { Router } from 'zeromq';

/** The address at which ZeroMQ asks whether a key is accepted (ZeroMQ RFC 27, "ZAP"). One handler serves the whole process. */
const HANDLER_ADDRESS = 'inproc://zeromq.zap.01';

let handler: Router | null = null;
/** Resolves when the address is free again: a socket is closed only after a while. */
let addressFree: Promise<void> = Promise.resolve();
const memberKeys = new Map<string, Uint8Array>();

/** The permission of one listener. */
export interface AllowedMember {
  readonly domain: string;
  release(): void;
}

/**
 * Makes the listeners of the returned domain accept exactly one key. Without a handler ZeroMQ would accept any key pair. All listeners
 * with keys must live in one thread, because a process can have only one handler.
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

/** Closes the handler with the last listener: an open socket keeps the process alive. */
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
