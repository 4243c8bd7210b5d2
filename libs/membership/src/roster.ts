import { LetheError } from '@lethe/errors';
import type { Register, Role } from '@lethe/protocol';
import type { Member } from './member.js';

/** Who is in the run, and since when each was last heard. Knows no sockets and no clock of its own. */
export class Roster {
  readonly #members = new Map<string, Member>();

  /**
   * Admits a process. Workers must agree in everything that could change a bit.
   *
   * @throws LetheError FINGERPRINT_MISMATCH naming both fingerprints, INCARNATION_STALE for a second registration.
   */
  admit(incarnation: string, registration: Register, nowMs: number): Member {
    if (this.#members.has(incarnation)) throw new LetheError('INCARNATION_STALE', `a process registered twice as ${incarnation}`);
    const peers = this.#ofRole(registration.role);
    const reference = peers[0];
    if (reference !== undefined && reference.registration.fingerprint !== registration.fingerprint) {
      throw new LetheError('FINGERPRINT_MISMATCH', `a worker on ${registration.host} computes with "${registration.fingerprint}"; this run computes with "${reference.registration.fingerprint}" and would get other bits`);
    }
    const index = peers.length;
    const member: Member = { name: `${registration.role}-${index + 1}`, role: registration.role, index, incarnation, registration, state: 'joining', lastHeardMs: nowMs, activity: 'loading' };
    this.#members.set(incarnation, member);
    return member;
  }

  find(incarnation: string): Member | undefined {
    return this.#members.get(incarnation);
  }

  /** Members still taking part, in the order they came. */
  present(role?: Role): Member[] {
    return [...this.#members.values()].filter((member) => member.state !== 'gone' && (role === undefined || member.role === role));
  }

  ready(role: Role): Member[] {
    return this.present(role).filter(({ state }) => state === 'ready');
  }

  /** Those not heard of since `silentSinceMs`. */
  silent(silentSinceMs: number): Member[] {
    return this.present().filter(({ lastHeardMs }) => lastHeardMs < silentSinceMs);
  }

  #ofRole(role: Role): Member[] {
    return [...this.#members.values()].filter((member) => member.role === role);
  }
}
