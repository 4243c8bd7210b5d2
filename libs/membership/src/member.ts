import type { Register, Role } from '@lethe/protocol';

/** A process takes part from `joining` (registered) over `ready` (loaded) to `gone`. */
export type MemberState = 'joining' | 'ready' | 'gone';

/** One life of a worker or a parameter server. */
export interface Member {
  /** How people know it: "worker-1". */
  readonly name: string;
  readonly role: Role;
  /** 0-based among its role, in the order they were started or came. */
  readonly index: number;
  /** Names this life of the process; also its address on the control socket. */
  readonly incarnation: string;
  readonly registration: Register;
  state: MemberState;
  lastHeardMs: number;
  /** What it said it was doing last, for messages about its end. */
  activity: string;
}
