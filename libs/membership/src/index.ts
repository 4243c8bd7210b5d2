export { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
export type { Member, MemberState } from './member.js';
export { listenerTrust, memberTrust, receiveProcessStart, startKeys, type ProcessStart, type StartKeys } from './process-start.js';
export { assignShards } from './shard-assignment.js';
