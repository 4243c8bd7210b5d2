import { LetheError } from '@lethe/errors';
import { describeMember, type ControlPlane, type Member } from '@lethe/membership';
import type { Unreached } from '@lethe/protocol';

type Roster = Pick<ControlPlane['roster'], 'ready' | 'fingerprints'>;
type ClusterSettings = Readonly<{ listen: string | null; servers: number }>;

/** Reports to the run's owner who joins the run, and what keeps a process from joining. */
export class JoinNotices {
  readonly #roster: Roster;
  readonly #cluster: ClusterSettings;
  readonly #notice: (line: string) => void;
  /** Members that were seen before: one that has not heard that it is welcome registers again. */
  readonly #known = new WeakSet<Member>();
  /** The number of workers that the run waits for; null if it waits for none, or none can come from elsewhere. */
  #awaited: number | null = null;

  constructor(roster: Roster, cluster: ClusterSettings, notice: (line: string) => void) {
    this.#roster = roster;
    this.#cluster = cluster;
    this.#notice = notice;
  }

  /** Reports each worker that joins during the wait, where workers can come from elsewhere. */
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
    this.#warnIfUnlike(member);
    if (this.#awaited !== null && member.role === 'worker') this.#notice(`${describeMember(member)} has come and loads its data`);
  }

  joined(): void {
    if (this.#awaited === null) return;
    const ready = this.#roster.ready('worker');
    const who = ready.length === 0 ? '' : `: ${ready.map(describeMember).join(', ')}`;
    this.#notice(`${ready.length} of ${this.#awaited} ${this.#awaited === 1 ? 'worker has' : 'workers have'} joined${who}`);
  }

  /** @throws LetheError MESSAGE_FORBIDDEN for a server that the run does not have */
  unreached(member: Member, { server, address }: Unreached): void {
    const name = `parameter-server-${server + 1}`;
    if (server >= this.#cluster.servers) throw new LetheError('MESSAGE_FORBIDDEN', `it cannot reach ${name}, which the run does not have`);
    const remedy = '--advertise names another address of this machine';
    this.#notice(`${describeMember(member)} cannot reach ${name} at ${address} yet (${remedy})`);
  }

  #warnIfUnlike(member: Member): void {
    const { role, registration: { fingerprint } } = member;
    const [first] = this.#roster.fingerprints(role);
    if (fingerprint === first) return;
    const difference = `computes with "${fingerprint}", others with "${first ?? ''}"`;
    this.#notice(`warning: ${describeMember(member)} ${difference}; the same bits are expected (--strict-bits refuses that)`);
  }
}
