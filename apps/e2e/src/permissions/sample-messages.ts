import type { MessageBody } from '@lethe/protocol';

export type Kind = MessageBody['kind'];

const STEP = { round: 0, phase: 0, innerStep: 0 } as const;
const WORK = { beganMs: 0, lastedMs: 1, sumMs: 0, updateMs: 0, waitMs: 0 };
const NODE = { first: 0, count: 4 };
const VERSION = { group: 'classifier', version: 1 } as const;

/** One message of each kind, about the first step of the simulated game, as whoever may send it would. */
export function sampleMessages(schemaHash: string): { [K in Kind]: Extract<MessageBody, { kind: K }> } {
  const state = { group: 'classifier', version: 0, values: new Float32Array(5), slots: {}, scalars: {}, statistics: Float32Array.of(0, 1) };
  return {
    register: {
      kind: 'register',
      role: 'worker',
      host: 'elsewhere',
      processId: 7,
      fingerprint: 'native threads=1',
      address: '',
      device: 'cpu',
    },
    welcome: { kind: 'welcome', name: 'worker-1', index: 0, configJson: '{}', dataJson: '{}', schemaHash, servers: [], code: [] },
    ready: { kind: 'ready' },
    refused: { kind: 'refused', code: 'EPOCH_STALE', message: 'no', request: 0 },
    heartbeat: { kind: 'heartbeat', round: 0, phase: '', innerStep: 0, residentBytes: 1 },
    heartbeatAck: { kind: 'heartbeatAck' },
    failed: { kind: 'failed', code: 'GRADIENT_NOT_FINITE', message: 'why' },
    fence: { kind: 'fence', fenced: 'nobody' },
    offence: { kind: 'offence', offender: 'nobody', code: 'PUSH_INVALID', message: 'too long', push: null },
    unreached: { kind: 'unreached', server: 0, address: 'tcp://192.0.2.7:5' },
    shutdown: { kind: 'shutdown', reason: 'done' },
    stepAssignment: {
      kind: 'stepAssignment',
      ...STEP,
      nodes: [NODE],
      reads: [
        { group: 'classifier', version: 0 },
        { group: 'autoencoder', version: 0 },
      ],
      produces: 1,
      scalars: {},
      generation: 1,
    },
    stepReport: { kind: 'stepReport', ...STEP, spans: [], transfers: [], bytesSent: 1, bytesReceived: 1 },
    committed: { kind: 'committed', ...STEP, ...VERSION, losses: [1], work: WORK, gradientNorm: 0 },
    commitReport: { kind: 'commitReport', ...STEP, ...VERSION, work: WORK },
    commitInquiry: { kind: 'commitInquiry', ...VERSION },
    evaluate: {
      kind: 'evaluate', task: 1, evaluation: 'score', split: 'test', first: 0, count: 1, reads: [], probes: [], judge: null, attribute: '',
    },
    evaluated: { kind: 'evaluated', task: 1, result: Float32Array.of(1) },
    loadState: { kind: 'loadState', state, offset: 0 },
    stateLoaded: { kind: 'stateLoaded', group: 'classifier', version: 0, offset: 0 },
    captureState: { kind: 'captureState', group: 'classifier', version: 0, offset: 0 },
    stateCaptured: { kind: 'stateCaptured', state, offset: 0 },
    push: {
      kind: 'push',
      ...STEP,
      ...VERSION,
      node: { first: 0, count: 1 },
      offset: 0,
      schemaHash,
      generation: 1,
      gradient: new Float32Array(5),
      summary: new Float32Array(3),
    },
    pull: { kind: 'pull', request: 1, group: 'classifier', version: 0, statistics: false, averages: false, schemaHash },
    parameters: {
      kind: 'parameters', heldMs: 0,
      request: 1,
      group: 'classifier',
      version: 0,
      offset: 0,
      committed: true,
      values: new Float32Array(5),
      statistics: null,
    },
    prepared: { kind: 'prepared', group: 'autoencoder', version: 1, firstNormTile: 1, squares: new Float64Array(0) },
    commit: { kind: 'commit', ...VERSION, scale: 1 },
  };
}
