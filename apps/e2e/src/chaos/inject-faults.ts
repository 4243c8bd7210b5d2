// Loaded before a process's own program (`node --import`): makes faults happen at the messages that it sends.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMessage, type MessageBody } from '@lethe/protocol';
import { Dealer, Router } from 'zeromq';
import { INJECTION_VARIABLE, type FaultInjection, type ProcessFault } from './process-fault.js';

type Socket = Dealer | Router;
type Send = (this: Socket, message: Uint8Array[]) => Promise<void>;
type Receive = (this: Socket) => Promise<Buffer[]>;

const NOTHING = '{"faults":[],"happened":"","begun":""}';
const { faults, happened, begun } = JSON.parse(process.env[INJECTION_VARIABLE] ?? NOTHING) as FaultInjection;
const program = process.argv[1] ?? '';
const role = (['worker', 'parameter-server', 'coordinator'] as const).find((name) => program.includes(`apps/${name}/`));
const due = faults.filter((fault) => fault.role === role);
/** Long enough for a message to leave the process. */
const SAID_MS = 20;
/** Too short for any checkpoint, long enough for everything else that a short run writes. */
const FULL_BYTES = 64 * 1024;
/** Where each dealer is connected to. */
const addresses = new WeakMap<Socket, string>();
/** Resolve when messages of a socket come through again. */
const healed = new WeakMap<Socket, Promise<void>>();

/** Whether this is the process that a fault is for: only one gets to make its entry. */
function claim({ id }: ProcessFault): boolean {
  try {
    mkdirSync(join(happened, id));
    return true;
  } catch {
    return false;
  }
}

function bodyOf(frames: readonly Uint8Array[]): MessageBody | null {
  try {
    return decodeMessage(frames).body;
  } catch {
    return null;
  }
}

/** The round that a message is about; of those that name a version instead, which grows by one or more in each. */
function roundOf(body: MessageBody): number {
  if ('round' in body) return body.round;
  if ('version' in body) return body.version;
  return 'state' in body ? body.state.version : 0;
}

/** The fault that happens at this message, if any. */
function faultAt(body: MessageBody | null): ProcessFault | null {
  if (body === null) return null;
  for (const [index, fault] of due.entries()) {
    if (fault.kind !== body.kind || roundOf(body) < fault.fromRound) continue;
    due.splice(index, 1);
    if (claim(fault)) return fault;
    return faultAt(body);
  }
  return null;
}

function stopFor(ms: number): void {
  // The shell goes on while this process and all its threads are stopped.
  spawn('sh', ['-c', `sleep ${ms / 1000}; kill -CONT ${process.pid}`], { detached: true, stdio: 'ignore' }).unref();
  process.kill(process.pid, 'SIGSTOP');
}

/** The line breaks: what is under way is lost. */
function cutFor(socket: Socket, ms: number): void {
  const address = addresses.get(socket);
  if (address === undefined) return;
  socket.disconnect(address);
  setTimeout(() => { if (!socket.closed) socket.connect(address); }, ms);
}

/** The kernel lets this process make no file longer than that, as if the disk were full. */
function fillFor(ms: number): void {
  const limit = (bytes: string): void => { execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]); };
  process.on('SIGXFSZ', () => undefined);
  limit(String(FULL_BYTES));
  setTimeout(() => { limit('unlimited'); }, ms);
}

function turned(frame: Uint8Array | undefined): Uint8Array {
  const copy = new Uint8Array(frame ?? []);
  copy[0] = (copy[0] ?? 0) ^ 4; // another field, or none
  return copy;
}

/** @param header frames before the message's own */
function withFaults(send: Send, header: number): Send {
  return async function sendWithFaults(message) {
    const fault = due.length === 0 ? null : faultAt(bodyOf(message.slice(header)));
    await healed.get(this);
    if (fault === null) return send.call(this, message);
    switch (fault.what) {
      case 'kill before':
        process.kill(process.pid, 'SIGKILL');
        return;
      case 'kill after':
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), SAID_MS);
        return send.call(this, message);
      case 'stop':
        stopFor(fault.ms);
        return send.call(this, message);
      case 'slow':
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fault.ms);
        return send.call(this, message);
      case 'lose':
        return;
      case 'double':
        await send.call(this, message);
        return send.call(this, message);
      case 'corrupt':
        return send.call(this, message.map((frame, index) => (index === header ? turned(frame) : frame)));
      case 'cut':
        cutFor(this, fault.ms);
        return;
      case 'part':
        healed.set(this, new Promise((resolve) => { setTimeout(resolve, fault.ms); }));
        await healed.get(this);
        return send.call(this, message);
      case 'fill':
        fillFor(fault.ms);
        return send.call(this, message);
    }
  };
}

function late(receive: Receive, header: number): Receive {
  let isBegun = role !== 'coordinator';
  return async function receiveLate() {
    const frames = await receive.call(this);
    await healed.get(this);
    if (!isBegun && bodyOf(frames.slice(header))?.kind === 'committed') {
      isBegun = true;
      mkdirSync(join(begun, String(process.pid)));
    }
    return frames;
  };
}

/** @param prototype of the sockets whose messages are looked at */
function inject(prototype: object, header: number): void {
  Object.defineProperty(prototype, 'send', { value: withFaults(Reflect.get(prototype, 'send') as Send, header) });
  Object.defineProperty(prototype, 'receive', { value: late(Reflect.get(prototype, 'receive') as Receive, header) });
}

inject(Dealer.prototype, 0);
inject(Router.prototype, 1);
const connect = Reflect.get(Dealer.prototype, 'connect');
Object.defineProperty(Dealer.prototype, 'connect', {
  value(this: Socket, address: string) {
    addresses.set(this, address);
    connect.call(this, address);
  },
});
