import type { CodeRole } from '@lethe/code';
import { ERROR_CODES } from '@lethe/errors';
import type { lethe } from '../../generated/lethe.js';
import type {
  Failed, Fence, HeartbeatAck, Heartbeat, Offence, OffendingPush, Ready, Refused, Register, Role, Shutdown, Unreached, Welcome,
} from '../messages.js';
import { amount, type BodyCodec, oneOf, treeNode } from './body-codec.js';

const ROLES: readonly Role[] = ['worker', 'parameter-server'];
const CODE_ROLES: readonly CodeRole[] = ['game', 'data'];
const FAILURE_CODES = [...ERROR_CODES, 'UNEXPECTED'] as const;

export const register: BodyCodec<Register, lethe.Register.$Properties> = {
  encode: ({ role, host, processId, fingerprint, address, device }) => ({
    header: { role, host, processId, fingerprint, address, device },
  }),
  decode: ({ role, host, processId, fingerprint, address, device }) => ({
    kind: 'register',
    role: oneOf('the role of register', role, ROLES),
    host,
    processId,
    fingerprint,
    address,
    device,
  }),
};

export const welcome: BodyCodec<Welcome, lethe.Welcome.$Properties> = {
  encode: ({ name, index, configJson, dataJson, schemaHash, servers, code }) => ({
    header: { name, index, configJson, dataJson, schemaHash, servers, code },
  }),
  decode: ({ name, index, configJson, dataJson, schemaHash, servers, code }) => ({
    kind: 'welcome',
    name,
    index,
    configJson,
    dataJson,
    schemaHash,
    servers: servers.map(({ index, address, incarnation }) => ({
      index: index ?? 0,
      address: address ?? '',
      incarnation: incarnation ?? '',
    })),
    code: code.map(({ role, name, sha256, text }) => ({
      role: oneOf('the role of code in welcome', role ?? '', CODE_ROLES),
      name: name ?? '',
      sha256: sha256 ?? '',
      text: text ?? '',
    })),
  }),
};

export const ready: BodyCodec<Ready, lethe.Ready.$Properties> = {
  encode: () => ({ header: {} }),
  decode: () => ({ kind: 'ready' }),
};

export const refused: BodyCodec<Refused, lethe.Refused.$Properties> = {
  encode: ({ code, message, request }) => ({ header: { code, message, request } }),
  decode: ({ code, message, request }) => ({
    kind: 'refused',
    code: oneOf('the code of refused', code, ERROR_CODES),
    message,
    request,
  }),
};

export const heartbeat: BodyCodec<Heartbeat, lethe.Heartbeat.$Properties> = {
  encode: ({ round, phase, innerStep, residentBytes }) => ({ header: { round, phase, innerStep, residentBytes } }),
  decode: ({ round, phase, innerStep, residentBytes }) => ({
    kind: 'heartbeat',
    round,
    phase,
    innerStep,
    residentBytes: amount('residentBytes of heartbeat', residentBytes),
  }),
};

export const heartbeatAck: BodyCodec<HeartbeatAck, lethe.HeartbeatAck.$Properties> = {
  encode: () => ({ header: {} }),
  decode: () => ({ kind: 'heartbeatAck' }),
};

export const failed: BodyCodec<Failed, lethe.Failed.$Properties> = {
  encode: ({ code, message }) => ({ header: { code, message } }),
  decode: ({ code, message }) => ({ kind: 'failed', code: oneOf('the code of failed', code, FAILURE_CODES), message }),
};

export const fence: BodyCodec<Fence, lethe.Fence.$Properties> = {
  encode: ({ fenced }) => ({ header: { fenced } }),
  decode: ({ fenced }) => ({ kind: 'fence', fenced }),
};

export const offence: BodyCodec<Offence, lethe.Offence.$Properties> = {
  encode: ({ offender, code, message, push }) => ({ header: { offender, code, message, pushes: push === null ? [] : [push] } }),
  decode: ({ offender, code, message, pushes: [push] }) => ({
    kind: 'offence',
    offender,
    code: oneOf('the code of offence', code, ERROR_CODES),
    message,
    push: push === undefined ? null : offendingPush(push),
  }),
};

function offendingPush({ group, version, round, phase, innerStep, node, generation }: lethe.OffendingPush.$Properties): OffendingPush {
  return {
    group: group ?? '',
    version: version ?? 0,
    round: round ?? 0,
    phase: phase ?? 0,
    innerStep: innerStep ?? 0,
    node: treeNode('the push of offence', node),
    generation: generation ?? 0,
  };
}

export const unreached: BodyCodec<Unreached, lethe.Unreached.$Properties> = {
  encode: ({ server, address }) => ({ header: { server, address } }),
  decode: ({ server, address }) => ({ kind: 'unreached', server, address }),
};

export const shutdown: BodyCodec<Shutdown, lethe.Shutdown.$Properties> = {
  encode: ({ reason }) => ({ header: { reason } }),
  decode: ({ reason }) => ({ kind: 'shutdown', reason }),
};
