import { foreignText, LetheError } from '@lethe/errors';
import type { Register, Role } from '@lethe/protocol';
import type { Member } from './member.js';

/** What the configuration says that all workers compute with. */
export interface RequiredEngine {
  readonly engine: string;
  /** Inside one operation. */
  readonly threads: number;
  /** Admit nobody with another version of Node either, although no bit is known to depend on it. */
  readonly strictBits: boolean;
}

/** The word of a fingerprint that changes no bit that is known of. */
const NODE = /^node=/;

const REMEMBERED = 64;

/** Who is in the run, and since when each was last heard. Knows no sockets and no clock of its own. */
export class Roster {
  readonly #members = new Map<string, Member>();
  readonly #reserved = new Map<string, { readonly role: Role; readonly index: number }>();
  readonly #fingerprints: Readonly<Record<Role, Set<string>>> = { worker: new Set(), 'parameter-server': new Set() };

  readonly #required: RequiredEngine;

  constructor(required: RequiredEngine) {
    this.#required = required;
  }

  /** A process that was started here keeps its place, however late it registers. */
  reserve(incarnation: string, role: Role, index: number): void {
    this.#reserved.set(incarnation, { role, index });
  }

  /**
   * Admits a process. Workers must compute as the run says, and agree in everything else that is known to change bits; in Node's version
   * only if the run insists. Servers must have been started here, for they hold the weights.
   *
   * @throws LetheError FINGERPRINT_MISMATCH naming both fingerprints, INCARNATION_STALE for a second registration, PEER_UNAUTHORISED
   * for a role that was not kept for it.
   */
  admit(incarnation: string, registration: Register, nowMs: number): Member {
    if (this.#members.has(incarnation)) throw new LetheError('INCARNATION_STALE', `a process registered twice as ${foreignText(incarnation)}`);
    const place = this.#reserved.get(incarnation);
    if (registration.role !== (place?.role ?? 'worker')) {
      throw new LetheError('PEER_UNAUTHORISED', `a process on ${registration.host} registered as ${registration.role}; this run expects it as ${place?.role ?? 'worker'}`);
    }
    if (registration.role === 'worker') this.#checkEngine(registration);
    const peers = this.#ofRole(registration.role);
    const reference = peers[0];
    if (reference !== undefined && this.#comparable(reference.registration) !== this.#comparable(registration)) {
      throw new LetheError('FINGERPRINT_MISMATCH', `a worker on ${registration.host} computes with "${registration.fingerprint}"; this run computes with "${reference.registration.fingerprint}" and would get other bits`);
    }
    const index = place?.index ?? this.#nextIndex(registration.role);
    this.#forgetGone();
    const member: Member = { name: `${registration.role}-${index + 1}`, role: registration.role, index, incarnation, registration, state: 'joining', isWelcomed: false, absence: null, refusals: 0, lastHeardMs: nowMs, residentBytes: 0, activity: 'loading' };
    this.#members.set(incarnation, member);
    this.#fingerprints[registration.role].add(registration.fingerprint);
    return member;
  }

  find(incarnation: string): Member | undefined {
    return this.#members.get(incarnation);
  }

  /** Members still taking part, in the order of their places. */
  present(role?: Role): Member[] {
    const present = [...this.#members.values()].filter((member) => member.state !== 'gone' && (role === undefined || member.role === role));
    return present.sort((a, b) => a.index - b.index);
  }

  /** Members that are loaded, those included that are given no work just now. */
  ready(role: Role): Member[] {
    return this.present(role).filter(({ state }) => state === 'ready');
  }

  /** Workers that can be given work. */
  available(): Member[] {
    return this.ready('worker').filter(({ absence }) => absence === null);
  }

  /** Of all that have ever been admitted, those included that are remembered no more; each once. */
  fingerprints(role: Role): string[] {
    return [...this.#fingerprints[role]];
  }

  #comparable({ fingerprint }: Register): string {
    return this.#required.strictBits ? fingerprint : fingerprint.split(' ').filter((word) => !NODE.test(word)).join(' ');
  }

  #checkEngine({ fingerprint, host }: Register): void {
    const { engine, threads } = this.#required;
    const words = fingerprint.split(' ');
    if (words[0] === engine && words.includes(`threads=${threads}`)) return;
    throw new LetheError('FINGERPRINT_MISMATCH', `a worker on ${host} computes with "${fingerprint}"; this run computes with ${engine} and threads=${threads}`);
  }

  /** Behind every place that is taken or kept. */
  #nextIndex(role: Role): number {
    const taken = [...this.#ofRole(role), ...this.#reserved.values()].filter((place) => place.role === role);
    return taken.reduce((next, { index }) => Math.max(next, index + 1), 0);
  }

  /** Of who is gone the last few are remembered: a late word of theirs is known for what it is. */
  #forgetGone(): void {
    const gone = [...this.#members.values()].filter(({ state }) => state === 'gone');
    for (const { incarnation } of gone.slice(0, -REMEMBERED)) {
      this.#members.delete(incarnation);
      this.#reserved.delete(incarnation);
    }
  }

  #ofRole(role: Role): Member[] {
    return [...this.#members.values()].filter((member) => member.role === role);
  }
}
