import { describeMember, type Member } from '@lethe/membership';

/** Tells whoever waits for workers from elsewhere who has come. */
export class Arrivals {
  readonly #ready: () => readonly Member[];
  readonly #notice: (line: string) => void;
  /** Workers that are waited for; null: none. */
  #awaited: number | null = null;

  /** @param ready workers that have loaded everything */
  constructor(ready: () => readonly Member[], notice: (line: string) => void) {
    this.#ready = ready;
    this.#notice = notice;
  }

  /** Tells of who comes until `wait` is over. */
  async during(awaited: number, wait: () => Promise<void>): Promise<void> {
    this.#awaited = awaited;
    if (this.#ready().length < awaited) this.#tell();
    try {
      await wait();
    } finally {
      this.#awaited = null;
    }
  }

  registered(member: Member): void {
    if (this.#awaited !== null && member.role === 'worker') this.#notice(`${describeMember(member)} has come and loads its data`);
  }

  joined(): void {
    if (this.#awaited !== null) this.#tell();
  }

  #tell(): void {
    const ready = this.#ready();
    const awaited = this.#awaited ?? 0;
    const who = ready.length === 0 ? '' : `: ${ready.map(describeMember).join(', ')}`;
    this.#notice(`${ready.length} of ${awaited} ${awaited === 1 ? 'worker has' : 'workers have'} joined${who}`);
  }
}
