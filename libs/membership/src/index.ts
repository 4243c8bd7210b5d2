export { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
export type { Member, MemberState } from './member.js';
export { Roster } from './roster.js';
export { assignShards } from './shard-assignment.js';
