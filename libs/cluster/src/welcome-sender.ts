import type { RunDescription } from '@lethe/graphs';
import type { ControlPlane, Member } from '@lethe/membership';
import type { TimeoutBounds } from './adaptive-timeout.js';

/**
 * Sends members the welcome to the epoch, and again until they are ready: the welcome, or the member's answer, may have been lost. A
 * welcome has every server's address, so all of them wait until all servers have registered.
 */
export class WelcomeSender {
  readonly #control: ControlPlane;
  readonly #description: RunDescription;
  readonly #bounds: TimeoutBounds;
  /** Members that were not ready when they were welcomed last: when that was, and how long until the next time. */
  readonly #unready = new Map<Member, { readonly sentMs: number; readonly waitMs: number }>();

  constructor(control: ControlPlane, description: RunDescription, bounds: TimeoutBounds) {
    this.#control = control;
    this.#description = description;
    this.#bounds = bounds;
  }

  /** The last server to register completes the servers: everyone who waited is welcomed with it. */
  registered(member: Member): void {
    const { roster } = this.#control;
    if (roster.present('parameter-server').length < this.#description.config.cluster.servers) return;
    const waited = member.role === 'worker' ? [] : roster.present().filter((other) => other !== member && other.state === 'joining');
    for (const welcomed of [member, ...waited]) this.#send(welcomed);
  }

  /** Welcomes members again that are not ready in time; loading may take any time, so at growing intervals. */
  sendAgain(nowMs: number): void {
    for (const [member, { sentMs, waitMs }] of this.#unready) {
      if (member.state !== 'joining') this.#unready.delete(member);
      else if (member.absence === null && nowMs - sentMs > waitMs) this.#send(member);
    }
  }

  /** Another epoch begins, with servers that have not all registered yet. */
  clear(): void {
    this.#unready.clear();
  }

  #send(member: Member): void {
    const { config, facts, schemaHash, code } = this.#description;
    const servers = this.#control.roster.present('parameter-server')
      .map(({ index, incarnation, registration: { address } }) => ({ index, incarnation, address }));
    const waitMs = Math.min(this.#bounds.mostMs, 2 * (this.#unready.get(member)?.waitMs ?? this.#bounds.leastMs / 2));
    this.#unready.set(member, { sentMs: performance.now(), waitMs });
    const [configJson, dataJson] = [JSON.stringify(config), JSON.stringify(facts)];
    const { name, index } = member;
    void this.#control.send(member, { kind: 'welcome', name, index, schemaHash, servers, configJson, dataJson, code: [...code] });
  }
}
