import type { MessageBody } from '@lethe/protocol';

/** Something that goes wrong once, in whichever process first says such a message in that round or later. */
export interface ProcessFault {
  readonly id: string;
  readonly role: 'worker' | 'parameter-server' | 'coordinator';
  readonly kind: MessageBody['kind'];
  /** 0-based. */
  readonly fromRound: number;
  /**
   * What happens at the message: the process is killed before it or after it, or stopped for `ms`; sleeps for `ms`; the message is
   * lost, comes twice, or with a bit of its header turned; its connection is cut, which loses what is under way, and made again
   * after `ms`; between its two ends nothing comes through for `ms`, and then all of it; the process can write no long file for `ms`.
   */
  readonly what: 'kill before' | 'kill after' | 'stop' | 'slow' | 'lose' | 'double' | 'corrupt' | 'cut' | 'part' | 'fill';
  readonly ms: number;
}

/** What `inject-faults.ts` reads, as JSON in the environment. */
export interface FaultInjection {
  readonly faults: readonly ProcessFault[];
  /** Folder with an entry for each fault that has happened. */
  readonly happened: string;
  /** Folder with an entry for each coordinator, made when it heard of its first commit. */
  readonly begun: string;
}

export const INJECTION_VARIABLE = 'LETHE_CHAOS';
