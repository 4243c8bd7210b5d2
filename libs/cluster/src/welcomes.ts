import type { ControlPlane, Member } from '@lethe/membership';
import type { RunDescription } from '@lethe/graphs';
import type { TimeLimits } from './usual-time.js';

interface Awaited {
  sentMs: number;
  waitMs: number;
}

/** Tells members of the epoch, and again as long as they are not ready: that, or their word of being ready, may have been lost. */
export class Welcomes {
  readonly #control: ControlPlane;
  readonly #description: RunDescription;
  readonly #limits: TimeLimits;
  /** Members that were told, and not heard to be ready then. */
  readonly #awaited = new Map<Member, Awaited>();

  constructor(control: ControlPlane, description: RunDescription, limits: TimeLimits) {
    this.#control = control;
    this.#description = description;
    this.#limits = limits;
  }

  /** Every server has to be there: a member needs all their addresses. */
  send(member: Member): void {
    const { config, facts, schemaHash } = this.#description;
    const servers = this.#control.roster.present('parameter-server').map(({ index, incarnation, registration: { address } }) => ({ index, incarnation, address }));
    const waitMs = Math.min(this.#limits.mostMs, 2 * (this.#awaited.get(member)?.waitMs ?? this.#limits.leastMs / 2));
    this.#awaited.set(member, { sentMs: performance.now(), waitMs });
    void this.#control.send(member, {
      kind: 'welcome', name: member.name, index: member.index, schemaHash, servers, configJson: JSON.stringify(config), dataJson: JSON.stringify(facts),
    });
  }

  /** Sends again what is late; loading takes as long as it takes, so later and later. */
  sendAgain(nowMs: number): void {
    for (const [member, { sentMs, waitMs }] of this.#awaited) {
      if (member.state !== 'joining') this.#awaited.delete(member);
      else if (member.absence === null && nowMs - sentMs > waitMs) this.send(member);
    }
  }

  /** Another epoch begins, with servers that are not all there yet. */
  clear(): void {
    this.#awaited.clear();
  }
}
