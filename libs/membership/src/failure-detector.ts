import type { Member } from './member.js';
import type { Roster } from './roster.js';

export interface FailureDetectorOptions {
  readonly roster: Roster;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  /** A member was silent for two heartbeats. */
  readonly onSilent: (member: Member) => void;
  /** A member was silent for the stall limit. */
  readonly onDead: (member: Member) => void;
  readonly onTick: (nowMs: number) => void;
}

const TICKS_PER_HEARTBEAT = 4;

/** Detects failures of members by their silence. */
export class FailureDetector {
  readonly #options: FailureDetectorOptions;
  readonly #timer: NodeJS.Timeout;
  #lastMs = performance.now();

  constructor(options: FailureDetectorOptions) {
    this.#options = options;
    this.#timer = setInterval(() => { this.#tick(performance.now()); }, options.heartbeatMs / TICKS_PER_HEARTBEAT);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(nowMs: number): void {
    const { roster, heartbeatMs, stallMs, onSilent, onDead, onTick } = this.#options;
    const ownPauseMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    // While this process was stopped or busy it heard no member: their messages wait to be read.
    if (ownPauseMs > heartbeatMs) {
      for (const member of roster.present()) member.lastHeardMs = Math.max(member.lastHeardMs, nowMs - heartbeatMs);
    }
    for (const member of roster.present()) {
      const silenceMs = nowMs - member.lastHeardMs;
      if (silenceMs > stallMs) onDead(member);
      else if (silenceMs > 2 * heartbeatMs && member.absence !== 'silent') onSilent(member);
    }
    onTick(nowMs);
  }
}
