import type { Register, Role } from '@lethe/protocol';

/** A process takes part from `joining` (registered, or told of a new epoch) over `ready` (loaded) to `gone`. */
export type MemberState = 'joining' | 'ready' | 'gone';

/** Why a member is given no work for a while: not heard of, or heard of without getting anywhere. */
export type Absence = 'silent' | 'late';

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
  /** Whether it was told of the epoch. */
  isWelcomed: boolean;
  /** Null: it may be given work. */
  absence: Absence | null;
  /** How often servers refused what it sent. */
  refusals: number;
  lastHeardMs: number;
  /** Most memory that it has said it has, in bytes. */
  residentBytes: number;
  /** What it said it was doing last, for messages about its end. */
  activity: string;
}

/** "worker-1 (process 123 on host)" */
export function describeMember({ name, registration: { processId, host } }: Member): string {
  return `${name} (process ${processId} on ${host})`;
}
