import type { MessageBody, Role } from '@lethe/protocol';
import type { Fate, Passage } from './simulated-network.js';
import type { Victims } from './simulated-run.js';
import type { VirtualClock } from './virtual-clock.js';

/** When a process of a role, or of one place, says something for the n-th time, and perhaps whenever it does so after that. */
interface Saying {
  readonly role: Role | 'coordinator';
  readonly kind: MessageBody['kind'];
  readonly occurrence: number;
  readonly andLater?: boolean;
  /** "worker-2", in any of its lives. */
  readonly place?: string;
  /** To whom, likewise. */
  readonly hearer?: string;
}

/** At a moment of virtual time, or when something is said. */
type Moment = { readonly atMs: number } | Saying;

/** One of the living processes of a role. */
interface End {
  readonly role: Role | 'coordinator';
  readonly pick: number;
}

export type Fault = { readonly moment: Moment } & (
  | { readonly what: 'kill'; readonly role: Role; readonly pick: number }
  | { readonly what: 'kill speaker'; readonly isSaid: boolean }
  | { readonly what: 'lose' }
  /** A gradient says something that no gradient does; any other message arrives as it is. */
  | { readonly what: 'spoil'; readonly how: 'not finite' | 'too long' }
  | { readonly what: 'stop'; readonly role: Role; readonly pick: number; readonly forMs: number }
  | { readonly what: 'part'; readonly ends: readonly [End, End]; readonly forMs: number }
  | { readonly what: 'kill coordinator' }
);

export interface FaultPlan {
  readonly faults: readonly Fault[];
  /** Shares of all messages that are lost or come twice. */
  readonly lost: number;
  readonly doubled: number;
}

/** In which the training happens if nothing goes wrong. */
const SPAN_MS = 350;
const SPOKEN: readonly { readonly role: Role | 'coordinator'; readonly kind: MessageBody['kind'] }[] = [
  { role: 'worker', kind: 'pull' },
  { role: 'worker', kind: 'push' },
  { role: 'worker', kind: 'stepReport' },
  { role: 'worker', kind: 'ready' },
  { role: 'worker', kind: 'register' },
  { role: 'worker', kind: 'evaluated' },
  { role: 'coordinator', kind: 'evaluate' },
  { role: 'parameter-server', kind: 'register' },
  { role: 'parameter-server', kind: 'prepared' },
  { role: 'parameter-server', kind: 'commit' },
  { role: 'parameter-server', kind: 'committed' },
  { role: 'parameter-server', kind: 'commitReport' },
  { role: 'parameter-server', kind: 'parameters' },
  { role: 'parameter-server', kind: 'stateLoaded' },
  { role: 'parameter-server', kind: 'stateCaptured' },
  { role: 'parameter-server', kind: 'ready' },
  { role: 'coordinator', kind: 'stepAssignment' },
  { role: 'coordinator', kind: 'welcome' },
  { role: 'coordinator', kind: 'captureState' },
  { role: 'coordinator', kind: 'loadState' },
];

/** Between whom a line can break. */
type Line = (below: (count: number) => number) => readonly [End, End];
const LINES: readonly Line[] = [
  (below) => [{ role: 'worker', pick: below(4) }, { role: 'parameter-server', pick: below(2) }],
  (below) => [{ role: 'worker', pick: below(4) }, { role: 'coordinator', pick: 0 }],
  (below) => [{ role: 'parameter-server', pick: below(2) }, { role: 'coordinator', pick: 0 }],
  () => [{ role: 'parameter-server', pick: 0 }, { role: 'parameter-server', pick: 1 }],
];

/** Up to four faults of any kind. */
export function drawFaults(random: () => number): FaultPlan {
  const below = (count: number): number => Math.floor(random() * count);
  const draw = (): Fault => {
    const spoken = SPOKEN[below(SPOKEN.length)] ?? { role: 'worker', kind: 'push' };
    const moment: Moment = random() < 0.5 ? { atMs: random() * SPAN_MS } : { ...spoken, occurrence: 1 + below(30) };
    const role: Role = random() < 0.7 ? 'worker' : 'parameter-server';
    switch (below(8)) {
      case 0:
      case 1:
        return { moment, what: 'kill', role, pick: below(4) };
      case 2:
        return { moment: { ...spoken, occurrence: 1 + below(30) }, what: 'kill speaker', isSaid: random() < 0.5 };
      case 3:
        return { moment, what: 'stop', role, pick: below(4), forMs: random() < 0.7 ? 50 + random() * 500 : 1000 + random() * 5000 };
      case 4:
        return { moment, what: 'part', ends: (LINES[below(LINES.length)] as Line)(below), forMs: random() * 1000 };
      case 5:
        return { moment: { ...spoken, occurrence: 1 + below(30) }, what: 'lose' };
      case 6:
        return {
          moment: { role: 'worker', kind: 'push', occurrence: 1 + below(60) },
          what: 'spoil',
          how: random() < 0.5 ? 'not finite' : 'too long',
        };
      default:
        return { moment, what: 'kill coordinator' };
    }
  };
  const isLossy = random() < 0.3;
  const faults = Array.from({ length: 1 + below(4) }, draw);
  // A second gradient that is not finite may be that of the same shards, by another worker: then the game has diverged, as far as anybody
  // can tell.
  const firstSpoilt = faults.findIndex((fault) => fault.what === 'spoil');
  return {
    faults: faults.map((fault, index) => (fault.what === 'spoil' && index !== firstSpoilt ? { ...fault, how: 'too long' } : fault)),
    lost: isLossy ? 0.01 : 0,
    doubled: isLossy ? 0.05 : 0,
  };
}

/** Makes the faults of a plan happen, each once. */
export class FaultSchedule {
  readonly #plan: FaultPlan;
  readonly #random: () => number;
  readonly #said = new Map<string, number>();
  readonly #due: Fault[];
  readonly #parted = new Map<string, number>();
  #clock: VirtualClock | null = null;
  happened = 0;

  constructor(plan: FaultPlan, random: () => number) {
    this.#plan = plan;
    this.#random = random;
    this.#due = [...plan.faults];
  }

  /** Sets the clock on the faults that have their time. */
  start(clock: VirtualClock, victims: Victims): void {
    for (const fault of this.#plan.faults)
      if ('atMs' in fault.moment)
        clock.after(fault.moment.atMs, () => {
          this.#happen(fault, victims, clock);
        });
    this.#clock = clock;
  }

  fateOf({ from, to, message }: Passage, victims: Victims): Fate {
    const { kind } = message.body;
    const role = roleOf(from);
    const spoken = `${role} ${kind}`;
    const occurrence = (this.#said.get(spoken) ?? 0) + 1;
    this.#said.set(spoken, occurrence);
    for (const fault of this.#due) {
      if ('atMs' in fault.moment || !isSaid(fault.moment, { from, to, kind, occurrence }) || this.#clock === null) continue;
      this.#happen(fault, victims, this.#clock, from);
      if (fault.what === 'lose') return 'lose';
      if (fault.what === 'spoil') return fault.how;
      if (fault.what === 'kill speaker') return fault.isSaid ? 'deliver' : 'lose';
    }
    if ((this.#parted.get([from, to].sort().join(' ')) ?? 0) > (this.#clock?.nowMs ?? 0)) return 'lose';
    const draw = this.#random();
    return draw < this.#plan.lost ? 'lose' : draw < this.#plan.lost + this.#plan.doubled ? 'duplicate' : 'deliver';
  }

  #happen(fault: Fault, victims: Victims, clock: VirtualClock, speaker = ''): void {
    const index = this.#due.indexOf(fault);
    if (index < 0) return;
    if ('atMs' in fault.moment || fault.moment.andLater !== true) this.#due.splice(index, 1);
    this.happened += 1;
    const pick = (role: Role | 'coordinator', number: number): string => {
      if (role === 'coordinator') return victims.coordinator;
      const living = victims.living(role);
      return living[number % Math.max(1, living.length)] ?? '';
    };
    switch (fault.what) {
      case 'kill':
        victims.kill(pick(fault.role, fault.pick));
        return;
      case 'kill speaker':
        // What it has just said still travels, if it was said.
        if (fault.isSaid) clock.after(0, () => { killAny(victims, speaker); });
        else killAny(victims, speaker);
        return;
      case 'stop': {
        const stopped = pick(fault.role, fault.pick);
        victims.stop(stopped);
        clock.after(fault.forMs, () => { victims.goOn(stopped); });
        return;
      }
      case 'part':
        this.#parted.set(fault.ends.map((end) => pick(end.role, end.pick)).sort().join(' '), clock.nowMs + fault.forMs);
        return;
      case 'lose':
      case 'spoil':
        return;
      case 'kill coordinator':
        victims.killCoordinator();
    }
  }
}

function isSaid(
  { role, kind, occurrence, andLater = false, place = '', hearer = '' }: Saying,
  said: { from: string; to: string; kind: MessageBody['kind']; occurrence: number },
): boolean {
  if (role !== roleOf(said.from) || kind !== said.kind || !said.from.startsWith(place) || !said.to.startsWith(hearer)) return false;
  return andLater ? said.occurrence >= occurrence : said.occurrence === occurrence;
}

function killAny(victims: Victims, process: string): void {
  if (roleOf(process) === 'coordinator') victims.killCoordinator();
  else victims.kill(process);
}

function roleOf(process: string): Role | 'coordinator' {
  return process.startsWith('worker') ? 'worker' : process.startsWith('parameter-server') ? 'parameter-server' : 'coordinator';
}
