import type { Register, Role } from '@lethe/protocol';

/** A process takes part from `joining` (registered, or welcomed to a new epoch) over `ready` (loaded) to `gone`. */
export type MemberState = 'joining' | 'ready' | 'gone';

/** Why a worker is assigned nothing for a while: it is not heard, or it is heard and makes no progress. */
export type Absence = 'silent' | 'late';

/** One life of a worker or a parameter server. */
export interface Member {
  /** In messages to users: "worker-1". */
  readonly name: string;
  readonly role: Role;
  /** 0-based among its role, in the order they were started or came. */
  readonly index: number;
  /** Names this life of the process; also its address on the control socket. */
  readonly incarnation: string;
  readonly registration: Register;
  state: MemberState;
  /** Whether it was sent the welcome to the epoch. */
  isWelcomed: boolean;
  /** Null: it can be assigned work. */
  absence: Absence | null;
  /** How often servers refused what it sent. */
  refusals: number;
  lastHeardMs: number;
  /** The largest resident memory that its heartbeats reported, in bytes. */
  residentBytes: number;
  /** What it did last, for messages about its end. */
  activity: string;
}

/** "worker-1 (process 123 on host)" */
export function describeMember({ name, registration: { processId, host } }: Member): string {
  return `${name} (process ${processId} on ${host})`;
}
