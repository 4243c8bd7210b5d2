export { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
export { describeMember, type Absence, type Member, type MemberState } from './member.js';
export { beatOver, heartbeatIdentity, type Activity, type OpenHeartbeat, type HeartbeatSender, type WorkerStatus } from './heartbeat-sender.js';
