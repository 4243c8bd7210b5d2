// Loaded before a process's own program (`node --import`): makes faults happen at the messages that it sends.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMessage, type MessageBody } from '@lethe/protocol';
// eslint-disable-next-line @nx/enforce-module-boundaries -- faults happen below the transport, which is tested with them
import { Dealer, Router } from 'zeromq';
import { INJECTION_VARIABLE, type FaultInjection, type ProcessFault } from './process-fault.js';

type Send = (this: unknown, message: Uint8Array[]) => Promise<void>;

const { faults, happened } = JSON.parse(process.env[INJECTION_VARIABLE] ?? '{"faults":[],"happened":""}') as FaultInjection;
const program = process.argv[1] ?? '';
const role = (['worker', 'parameter-server', 'coordinator'] as const).find((name) => program.includes(`apps/${name}/`));
const due = faults.filter((fault) => fault.role === role);
/** Long enough for a message to leave the process. */
const SAID_MS = 20;

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

function turned(frame: Uint8Array | undefined): Uint8Array {
  const copy = new Uint8Array(frame ?? []);
  copy[0] = (copy[0] ?? 0) ^ 4; // another field, or none
  return copy;
}

/** @param header frames before the message's own */
function withFaults(send: Send, header: number): Send {
  return async function sendWithFaults(message) {
    const fault = due.length === 0 ? null : faultAt(bodyOf(message.slice(header)));
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
    }
  };
}

/** @param prototype of the sockets whose messages are looked at */
function inject(prototype: object, header: number): void {
  const send = Reflect.get(prototype, 'send') as Send;
  Object.defineProperty(prototype, 'send', { value: withFaults(send, header) });
}

inject(Dealer.prototype, 0);
inject(Router.prototype, 1);
