import { foreignText, LetheError } from '@lethe/errors';
import type { Register, Role } from '@lethe/protocol';
import type { Member } from './member.js';

/** What the configuration says that all workers compute with. */
export interface RequiredEngine {
  readonly engine: string;
  /** Inside one operation. */
  readonly threads: number;
  /** Refuse another version of Node too, although no bit is known to depend on it. */
  readonly strictBits: boolean;
}

/** The part of a fingerprint that is not known to change any bit. */
const NODE = /^node=/;

/** Members that are gone and still known. */
const REMEMBERED = 64;

/** The members of the run, and when each was last heard. Has no sockets and no clock of its own. */
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
   * Admits a process. Workers must compute with what the run requires, and agree in everything else that is known to change bits; in Node's
   * version only if the run is strict. Servers must have been started by this process, for they hold the weights.
   *
   * @throws LetheError FINGERPRINT_MISMATCH naming both fingerprints, INCARNATION_STALE for a second registration, PEER_UNAUTHORISED
   * for a role that was not kept for it.
   */
  admit(incarnation: string, registration: Register, nowMs: number): Member {
    if (this.#members.has(incarnation)) {
      throw new LetheError('INCARNATION_STALE', `a process registered twice as ${foreignText(incarnation)}`);
    }
    const place = this.#reserved.get(incarnation);
    const { role, host } = registration;
    const expected = place?.role ?? 'worker';
    if (role !== expected) {
      throw new LetheError('PEER_UNAUTHORISED', `a process on ${host} registered as ${role}; this run expects it as ${expected}`);
    }
    if (role === 'worker') this.#checkEngine(registration);
    this.#checkComparable(registration);
    const index = place?.index ?? this.#nextIndex(role);
    this.#forgetGone();
    const member: Member = {
      name: `${role}-${index + 1}`, role, index, incarnation, registration,
      state: 'joining', isWelcomed: false, absence: null, refusals: 0, lastHeardMs: nowMs, residentBytes: 0, activity: 'loading',
    };
    this.#members.set(incarnation, member);
    this.#fingerprints[role].add(registration.fingerprint);
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

  /** Members that have loaded, those that are absent included. */
  ready(role: Role): Member[] {
    return this.present(role).filter(({ state }) => state === 'ready');
  }

  /** Workers that can be assigned work. */
  available(): Member[] {
    return this.ready('worker').filter(({ absence }) => absence === null);
  }

  /** Of all members that were ever admitted, those that are forgotten included; each once. */
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
    const required = `this run computes with ${engine} and threads=${threads}`;
    throw new LetheError('FINGERPRINT_MISMATCH', `a worker on ${host} computes with "${fingerprint}"; ${required}`);
  }

  /** All members of a role compute as the first one that was admitted. */
  #checkComparable(registration: Register): void {
    const { role, host, fingerprint } = registration;
    const [first] = this.#ofRole(role);
    if (first === undefined || this.#comparable(first.registration) === this.#comparable(registration)) return;
    const required = `this run computes with "${first.registration.fingerprint}" and would get other bits`;
    throw new LetheError('FINGERPRINT_MISMATCH', `a worker on ${host} computes with "${fingerprint}"; ${required}`);
  }

  /** After every place that is taken or reserved. */
  #nextIndex(role: Role): number {
    const taken = [...this.#ofRole(role), ...this.#reserved.values()].filter((place) => place.role === role);
    return taken.reduce((next, { index }) => Math.max(next, index + 1), 0);
  }

  /** The last members that are gone stay known, so that their late messages are recognised. */
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
