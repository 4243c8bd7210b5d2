export * from './messages.js';
export * from './parameter-layout.js';
export * from './tree-node.js';
export { decodeMessage, encodeMessage } from './codec/codec.js';
export { checkOrigin, newIncarnation, NOBODY, refusalOfStranger, type ExpectedOrigin, type Refusal } from './origin.js';
export { isPermitted, PERMISSIONS, type Party, type Permission, type Standing } from './permissions.js';
export { laneIdentity, MessageCutter, ownerOfLane, PartsJoiner } from './lanes.js';
export { schemaHash } from './schema-hash.js';
export { describeStep, isSameStep } from './step.js';
