export { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
export { describeMember, type Absence, type Member, type MemberState } from './member.js';
export {
  HEARTBEAT_SUFFIX, heartbeatIdentity, sendHeartbeats, type Activity, type HeartbeatSender, type OpenHeartbeat, type WorkerStatus,
} from './heartbeat-sender.js';
