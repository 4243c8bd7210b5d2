import { LetheError } from '@lethe/errors';
import { describeMember, type ControlPlane, type Member } from '@lethe/membership';
import type { Unreached } from '@lethe/protocol';

type Roster = Pick<ControlPlane['roster'], 'ready' | 'fingerprints'>;

/** Tells whoever started a run who comes, and what is the matter with them. */
export class Arrivals {
  readonly #roster: Roster;
  readonly #cluster: { readonly listen: string | null; readonly servers: number };
  readonly #notice: (line: string) => void;
  /** Members that were told of: whoever has not heard that it is welcome registers again. */
  readonly #known = new WeakSet<Member>();
  /** Workers that are waited for; null: none, or none from elsewhere. */
  #awaited: number | null = null;

  constructor(roster: Roster, cluster: { readonly listen: string | null; readonly servers: number }, notice: (line: string) => void) {
    this.#roster = roster;
    this.#cluster = cluster;
    this.#notice = notice;
  }

  /** Waits; where workers come from elsewhere, tells who has. */
  async during(awaited: number, wait: () => Promise<void>): Promise<void> {
    this.#awaited = this.#cluster.listen === null ? null : awaited;
    if (this.#roster.ready('worker').length < awaited) this.joined();
    try {
      await wait();
    } finally {
      this.#awaited = null;
    }
  }

  registered(member: Member): void {
    if (this.#known.has(member)) return;
    this.#known.add(member);
    this.#sayIfUnlike(member);
    if (this.#awaited !== null && member.role === 'worker') this.#notice(`${describeMember(member)} has come and loads its data`);
  }

  joined(): void {
    if (this.#awaited === null) return;
    const ready = this.#roster.ready('worker');
    const who = ready.length === 0 ? '' : `: ${ready.map(describeMember).join(', ')}`;
    this.#notice(`${ready.length} of ${this.#awaited} ${this.#awaited === 1 ? 'worker has' : 'workers have'} joined${who}`);
  }

  /** @throws LetheError MESSAGE_FORBIDDEN for a server that there is not */
  unreached(member: Member, { server, address }: Unreached): void {
    if (server >= this.#cluster.servers) throw new LetheError('MESSAGE_FORBIDDEN', `it cannot reach parameter-server-${server + 1}, which there is not`);
    this.#notice(`${describeMember(member)} cannot reach parameter-server-${server + 1} at ${address} yet (--advertise names another address of this machine)`);
  }

  #sayIfUnlike(member: Member): void {
    const { role, registration: { fingerprint } } = member;
    const [first] = this.#roster.fingerprints(role);
    if (fingerprint === first) return;
    this.#notice(`warning: ${describeMember(member)} computes with "${fingerprint}", others with "${first ?? ''}"; the same bits are expected (--strict-bits refuses that)`);
  }
}
