import { errorCode, errorMessage } from '@lethe/errors';
import { describe, expect, it } from 'vitest';
import { lethe } from '../../generated/lethe.js';
import { type Frames, type GroupState, type Message, type MessageBody, type Origin, PROTOCOL_VERSION } from '../messages.js';
import { decodeMessage, encodeMessage } from './codec.js';

const ORIGIN: Origin = { runId: 'run-7', epoch: 3, sender: 'worker-1', incarnation: 'b1d9' };
const STEP = { round: 12, phase: 1, innerStep: 2 };
const STATE: GroupState = {
  group: 'autoencoder',
  version: 9,
  values: Float32Array.of(1, -2, 3.5),
  slots: { secondMoment: Float32Array.of(4, 5, 6), firstMoment: Float32Array.of(7, 8, 9) },
  scalars: { 'encoder.beta1Product': 0.9 },
  statistics: Float32Array.of(0.25),
};

/** One of each kind, so that a new kind of message is a type error here. */
const SAMPLES: { [K in MessageBody['kind']]: Extract<MessageBody, { kind: K }> } = {
  register: {
    kind: 'register',
    role: 'worker',
    host: 'höst',
    processId: 4_000_000_000,
    fingerprint: 'f',
    address: '',
    device: 'cpu',
  },
  welcome: {
    kind: 'welcome',
    name: 'worker-1',
    index: 1,
    configJson: '{}',
    dataJson: '{"classes":10}',
    schemaHash: 'abc',
    servers: [
      { index: 0, address: 'ipc:///a', incarnation: 'c2' },
      { index: 1, address: 'tcp://b:1', incarnation: 'd3' },
    ],
    code: [{ role: 'game', name: 'speaker', sha256: 'ab', text: `${'export default 1;\n'.repeat(200)}\t// \u001b` }],
  },
  ready: { kind: 'ready' },
  refused: { kind: 'refused', code: 'EPOCH_STALE', message: 'no', request: 7 },
  heartbeatAck: { kind: 'heartbeatAck' },
  heartbeat: { kind: 'heartbeat', round: 1, phase: 'classify', innerStep: 0, residentBytes: 5e9 },
  failed: { kind: 'failed', code: 'UNEXPECTED', message: 'why' },
  unreached: { kind: 'unreached', server: 1, address: 'tcp://a:1' },
  shutdown: { kind: 'shutdown', reason: 'done' },
  fence: { kind: 'fence', fenced: 'worker-1-of-before' },
  offence: {
    kind: 'offence',
    offender: 'b1d9',
    code: 'PUSH_INVALID',
    message: 'too long',
    push: { group: 'classifier', version: 4, ...STEP, node: { first: 4, count: 4 }, generation: 3 },
  },
  stepAssignment: {
    kind: 'stepAssignment',
    ...STEP,
    nodes: [
      { first: 0, count: 4 },
      { first: 4, count: 1 },
    ],
    reads: [
      { group: 'classifier', version: 0 },
      { group: 'autoencoder', version: 2 },
    ],
    produces: 3,
    scalars: { trade: 0.5, rate: -1 },
    generation: 2,
  },
  stepReport: {
    kind: 'stepReport',
    transfers: [{ group: 'autoencoder', version: 8, beganMs: 1_700_000_000_000.5, lastedMs: 31.5, heldMs: 4.25 }],
    ...STEP,
    spans: [
      { occupation: 'wait', beganMs: 1.5, lastedMs: 2 },
      { occupation: 'compute', beganMs: 3.5, lastedMs: 4 },
    ],
    bytesSent: 6e9,
    bytesReceived: 7,
  },
  committed: {
    kind: 'committed',
    ...STEP,
    group: 'classifier',
    version: 4,
    losses: [0.5, Number.NaN, Number.POSITIVE_INFINITY],
    work: { beganMs: 7, lastedMs: 4, sumMs: 1, updateMs: 2, waitMs: 3 },
    gradientNorm: 0,
  },
  commitReport: {
    kind: 'commitReport',
    ...STEP,
    group: 'autoencoder',
    version: 4,
    work: { beganMs: 8, lastedMs: 5, sumMs: 4, updateMs: 3, waitMs: 2 },
  },
  commitInquiry: { kind: 'commitInquiry', group: 'classifier', version: 4 },
  evaluate: {
    kind: 'evaluate',
    task: 5,
    evaluation: 'grid',
    split: 'held-out',
    first: 10,
    count: 20,
    reads: [{ group: 'classifier', version: 1 }],
    probes: [1, 3].map((seed) => ({
      probe: 'mlp', input: 'leace', shuffledLabels: seed > 1, seed, attribute: 'sex x race', given: seed - 2, whitened: seed > 1,
      balanced: seed > 1, halves: seed > 1, erased: seed > 1 ? 'sex' : '',
    })),
    judge: Float32Array.of(0.99, 1, 2),
    attribute: 'sex',
  },
  evaluated: { kind: 'evaluated', task: 5, result: Float32Array.of(1, 2, 3, 4) },
  loadState: { kind: 'loadState', state: STATE, offset: 0 },
  stateLoaded: { kind: 'stateLoaded', group: 'classifier', version: 1, offset: 1_572_864 },
  captureState: { kind: 'captureState', group: 'classifier', version: 1, offset: 1_572_864 },
  stateCaptured: { kind: 'stateCaptured', state: { ...STATE, slots: {}, statistics: null }, offset: 1_572_864 },
  push: {
    kind: 'push',
    ...STEP,
    group: 'classifier',
    version: 1,
    node: { first: 8, count: 8 },
    offset: 262_144,
    schemaHash: 'abc',
    generation: 6,
    gradient: Float32Array.of(1, 2),
    summary: Float32Array.of(3),
  },
  pull: { kind: 'pull', request: 1, group: 'classifier', version: 2, statistics: true, schemaHash: 'abc', averages: true },
  parameters: {
    kind: 'parameters',
    heldMs: 4.25,
    request: 1,
    group: 'classifier',
    version: 2,
    offset: 0,
    values: Float32Array.of(1, Number.NaN),
    committed: true,
    statistics: null,
  },
  prepared: {
    kind: 'prepared',
    group: 'classifier',
    version: 1,
    firstNormTile: 2,
    squares: Float64Array.of(1e300, 2),
  },
  commit: { kind: 'commit', group: 'classifier', version: 1, scale: 0.125 },
};
const MESSAGES = Object.values(SAMPLES).map((body): Message => ({ origin: ORIGIN, body }));

function codeOf(frames: Frames): string | undefined {
  try {
    decodeMessage(frames);
  } catch (error) {
    return errorCode(error) ?? `untyped: ${String(error)}`;
  }
  return undefined;
}

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('a message of every kind', () => {
  it.each(MESSAGES)('survives the wire: $body.kind', (message) => {
    expect(decodeMessage(encodeMessage(message))).toStrictEqual(message);
  });

  it.each(MESSAGES)('survives frames that are not aligned: $body.kind', (message) => {
    const shifted = encodeMessage(message).map((frame) => {
      const room = new Uint8Array(frame.byteLength + 1);
      room.set(frame, 1);
      return room.subarray(1);
    });
    expect(decodeMessage(shifted)).toStrictEqual(message);
  });

  it.each(MESSAGES)('is refused with a typed error when cut short anywhere: $body.kind', (message) => {
    const frames = encodeMessage(message);
    for (const [index, frame] of frames.entries()) {
      for (let length = 0; length < frame.byteLength; length += 1) {
        const cut = frames.map((whole, at) => (at === index ? whole.subarray(0, length) : whole));
        // A cut between two fields or elements can be a valid message of another content.
        expect([undefined, 'MESSAGE_MALFORMED', 'PROTOCOL_MISMATCH']).toContain(codeOf(cut));
      }
    }
  });

  it.each(MESSAGES)('never ends in an untyped error when bytes change: $body.kind', (message) => {
    const random = randomIntegers(1);
    const frames = encodeMessage(message);
    for (let trial = 0; trial < 2_000; trial += 1) {
      const [envelope, ...rest] = frames.map((frame) => Uint8Array.from(frame));
      for (let flips = 1 + random(3); flips > 0; flips -= 1) envelope![random(envelope!.length)] = random(256);
      expect([undefined, 'MESSAGE_MALFORMED', 'PROTOCOL_MISMATCH']).toContain(codeOf([envelope!, ...rest]));
    }
  });

  it.each(MESSAGES)('is refused with a frame too many or too few: $body.kind', (message) => {
    const frames = encodeMessage(message);
    expect(codeOf([...frames, new Uint8Array(4)])).toBe('MESSAGE_MALFORMED');
    expect(codeOf(frames.slice(0, -1))).toBe('MESSAGE_MALFORMED');
  });
});

describe('vectors', () => {
  it('are not copied on the way out, nor on the way in when aligned', () => {
    const room = new Float32Array(100);
    const gradient = room.subarray(10, 20);
    const frames = encodeMessage({ origin: ORIGIN, body: { ...SAMPLES.push, gradient } });
    expect(frames[1]!.buffer).toBe(room.buffer);
    const { body } = decodeMessage(frames);
    expect(body.kind === 'push' && body.gradient.buffer).toBe(room.buffer);
  });

  it('must be whole elements', () => {
    const [envelope] = encodeMessage({ origin: ORIGIN, body: SAMPLES.prepared });
    expect(() => decodeMessage([envelope!, new Uint8Array(12)])).toThrow('the squares of prepared must be a multiple of 8');
    const frames = encodeMessage({ origin: ORIGIN, body: SAMPLES.evaluated });
    expect(() => decodeMessage([frames[0]!, new Uint8Array(6)])).toThrow('the result of evaluated must be a multiple of 4');
  });

  it('of optimiser slots keep their names and must be as long as the values', () => {
    const frames = encodeMessage({ origin: ORIGIN, body: SAMPLES.loadState });
    const { body } = decodeMessage(frames);
    expect(body.kind === 'loadState' && body.state.slots).toStrictEqual(STATE.slots);
    const short = [...frames.slice(0, 3), new Uint8Array(4), ...frames.slice(4)];
    expect(() => decodeMessage(short)).toThrow('slot firstMoment must be as long as the values (3), found 1');
  });
});

function messageOf(frames: Frames): string {
  try {
    decodeMessage(frames);
  } catch (error) {
    return errorMessage(error);
  }
  return '';
}

describe('an envelope', () => {
  const envelope = (fields: object): Frames => [
    lethe.Envelope.encode({ protocolVersion: PROTOCOL_VERSION, ...fields }).finish(),
  ];

  it('of another version is refused by name, whatever its body', () => {
    expect(codeOf(envelope({ protocolVersion: 99, sender: 'worker-1' }))).toBe('PROTOCOL_MISMATCH');
    const frames = envelope({ protocolVersion: 99, sender: 'worker-1', ready: {} });
    expect(() => decodeMessage(frames)).toThrow('"worker-1" speaks version 99');
  });

  it('must be there, be protobuf and have a body', () => {
    expect(() => decodeMessage([])).toThrow('no frames');
    expect(() => decodeMessage([Uint8Array.of(0xff, 0xff)])).toThrow('not valid protobuf');
    expect(() => decodeMessage(envelope({}))).toThrow('no body');
    const unknownBody = Uint8Array.of(0x08, PROTOCOL_VERSION, 0xfa, 0x3f, 0x00); // field 1023
    expect(() => decodeMessage([unknownBody])).toThrow('no body');
  });

  it('and its body have no text that a terminal would obey, and none without an end; documents stay whole', () => {
    const hostile = `\u001B]0;title\u0007red\u001B[31m\r\n${'x'.repeat(2 ** 20)}`;
    const origin = { runId: hostile, sender: hostile, incarnation: hostile };
    const bodies = [
      { register: { role: 'worker', host: hostile, fingerprint: hostile, address: hostile, device: hostile } },
      { failed: { code: 'UNEXPECTED', message: hostile } },
      { refused: { code: 'PUSH_INVALID', message: hostile } },
      { shutdown: { reason: hostile } },
      { heartbeat: { phase: hostile } },
      { stepAssignment: { reads: [{ group: hostile, version: 1 }] } },
      { captureState: { group: hostile } },
      { stepAssignment: { scalars: { [hostile]: 1 } } },
    ];
    for (const body of bodies)
      expect(JSON.stringify(decodeMessage(envelope({ ...origin, ...body })))).not.toMatch(/title|\\u001b|\\r|x{2001}/);
    const { body } = decodeMessage(envelope({ welcome: { configJson: hostile } }));
    expect(body.kind === 'welcome' && body.configJson).toBe(hostile);
    for (const refused of [{ register: { role: hostile } }, { protocolVersion: 99, ...origin }]) {
      const message = messageOf(envelope(refused));
      expect([message.length < 2200, message.includes('\u001B'), message.includes('red')]).toEqual([true, false, true]);
    }
  });

  it('must use the words of the protocol', () => {
    expect(() => decodeMessage(envelope({ register: { role: 'king' } }))).toThrow('worker, parameter-server, found "king"');
    expect(() => decodeMessage(envelope({ refused: { code: 'NO' } }))).toThrow('the code of refused');
    expect(() => decodeMessage(envelope({ evaluate: { kind: 'sum' } }))).toThrow('the kind of evaluate');
    expect(() => decodeMessage([...envelope({ push: {} }), new Uint8Array(0)])).toThrow('push names no node of the tree of shards');
    expect(() => decodeMessage(envelope({ commitReport: { version: 1 } }))).toThrow('commitReport says nothing of the server\'s work');
    const twice = [...envelope({ loadState: { slots: ['a', 'a'] } }), ...Array<Uint8Array>(3).fill(new Uint8Array(0))];
    expect(() => decodeMessage(twice)).toThrow('slots named twice in a, a');
  });
});
