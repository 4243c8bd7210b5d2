export { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
export { describeMember, type Absence, type Member, type MemberState } from './member.js';
export { beatOver, pulseIdentity, type Doing, type OpenPulse, type Pulse, type PulseNews } from './pulse.js';
export { assignShards } from './shard-assignment.js';
