import { randomInt } from 'node:crypto';
import { MOST_CONNECTIONS } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { Frames } from './messages.js';

/**
 * A worker elsewhere may have several connections to each server: lanes. Where packets are lost, TCP carries on one connection only a part
 * of what the network does. The first lane has the name of the process. A message with values is cut into as many parts as there are
 * lanes, one for each: on every lane they arrive in order, so whole messages do too. Every other message is on the first lane.
 */
const LANE = '~lane';

/** The name of a connection. @param lane counted from 0 */
export function laneIdentity(incarnation: string, lane: number): string {
  return lane === 0 ? incarnation : `${incarnation}${LANE}${lane}`;
}

/** The process whose connection has that name. */
export function ownerOfLane(identity: string): string {
  const end = identity.lastIndexOf(LANE);
  return end < 0 ? identity : identity.slice(0, end);
}

/** First byte of a part. No envelope begins with it: a field of protobuf has a number from 1 on. */
const PART = 0;
const HEADER_BYTES = 12;

/** Bytes of one sender's messages that lack parts: as many as wait for a slow reader at most. Earlier ones lost parts when a line broke. */
const MOST_INCOMPLETE_BYTES = 2 ** 30;

/** Cuts the messages of one sender. */
export class MessageCutter {
  /** Of a sender of the same name, in an earlier epoch, parts may still arrive. */
  readonly #stream = randomInt(2 ** 32);
  #number = 0;

  /** A message as it travels, by lane. The second frame, which has the values, is cut; the first part has all other frames. */
  cut(frames: Frames, lanes: number): Frames[] {
    if (lanes === 1) return [frames];
    const [envelope = new Uint8Array(0), values, ...others] = frames;
    this.#number = (this.#number + 1) % 2 ** 32;
    const length = Math.ceil((values?.byteLength ?? 0) / lanes);
    return Array.from({ length: lanes }, (_, part) => {
      const header = this.#header(part, lanes);
      if (values === undefined) return part === 0 ? [header, envelope] : [header];
      const piece = values.subarray(part * length, (part + 1) * length);
      return part === 0 ? [header, envelope, piece, ...others] : [header, piece];
    });
  }

  #header(part: number, parts: number): Uint8Array {
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint8(0, PART);
    view.setUint8(1, part);
    view.setUint8(2, parts);
    view.setUint32(4, this.#stream);
    view.setUint32(8, this.#number);
    return header;
  }
}

interface Incomplete {
  readonly stream: number;
  readonly parts: (Frames | undefined)[];
  bytes: number;
}

/** Puts messages of one sender together again, which have arrived in parts. */
export class PartsJoiner {
  /** In the order in which they were sent. */
  readonly #incomplete = new Map<string, Incomplete>();
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes = MOST_INCOMPLETE_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Takes what has arrived by a lane.
   *
   * @returns a whole message; null while parts of it are missing
   * @throws LetheError MESSAGE_MALFORMED
   */
  join(frames: Frames): Frames | null {
    const [header] = frames;
    if (header?.[0] !== PART) return frames;
    const { part, count, stream, key } = readHeader(header);
    const message = this.#incomplete.get(key) ?? { stream, parts: new Array<Frames | undefined>(count).fill(undefined), bytes: 0 };
    if (message.parts.length !== count) throw malformed(`part ${part + 1} of ${count}, after one of ${message.parts.length}`);
    // A transport may empty the array that it has given.
    message.parts[part] = [...frames];
    const bytes = frames.reduce((sum, { byteLength }) => sum + byteLength, 0);
    message.bytes += bytes;
    this.#bytes += bytes;
    this.#incomplete.set(key, message);
    if (message.parts.includes(undefined)) {
      this.#forgetOldest();
      return null;
    }
    this.#forgetUpTo(key, stream);
    return joined(message.parts as Frames[]);
  }

  #forgetOldest(): void {
    for (const key of this.#incomplete.keys()) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#incomplete.get(key)?.bytes ?? 0;
    this.#incomplete.delete(key);
  }

  /** A message is whole. What was sent before it, and is not, has lost parts: on every lane they would have come first. */
  #forgetUpTo(key: string, stream: number): void {
    for (const [earlier, message] of this.#incomplete) {
      if (message.stream === stream) this.#forget(earlier);
      if (earlier === key) return;
    }
  }
}

function readHeader(header: Uint8Array): { part: number; count: number; stream: number; key: string } {
  if (header.byteLength !== HEADER_BYTES) throw malformed(`a header of ${header.byteLength} bytes`);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [part, count, stream, number] = [view.getUint8(1), view.getUint8(2), view.getUint32(4), view.getUint32(8)];
  if (part >= count || count > MOST_CONNECTIONS) throw malformed(`part ${part + 1} of ${count}`);
  return { part, count, stream, key: `${stream} ${number}` };
}

function joined([first = [], ...parts]: readonly Frames[]): Frames {
  const [, envelope, piece, ...others] = first;
  if (envelope === undefined) throw malformed('no envelope');
  if (piece === undefined) return [envelope];
  return [envelope, Buffer.concat([piece, ...parts.map(([, part]) => part ?? new Uint8Array(0))]), ...others];
}

function malformed(found: string): LetheError {
  return new LetheError('MESSAGE_MALFORMED', `expected a part of a message, found ${found}`);
}
