import { LetheError } from '@lethe/errors';
import { describeMember, type ControlPlane, type Member } from '@lethe/membership';
import { chunksOf, isSameStep, type Offence, type OffendingPush, type Step } from '@lethe/protocol';
import type { RunDescription } from '@lethe/graphs';
import { overlap } from './overlap.js';
import type { Refused, StepDealer } from './step-dealer.js';

/** A worker whose gradients were refused so often is replaced. */
const PATIENCE = 3;

/** What has to be done about an offence. */
type Judgement = 'known already' | 'computed again' | 'replaced' | 'thrown out' | 'diverged';

export interface OffencesOptions {
  readonly control: ControlPlane;
  readonly dealer: StepDealer;
  readonly onNotice: (line: string) => void;
  /** Has the servers refuse whatever this life of a process still sends. */
  readonly fence: (incarnation: string) => void;
  readonly description: RunDescription;
  /** Told of what the coordinator itself fails with. */
  readonly failed: (error: unknown) => void;
}

interface Finding extends Refused, Step {
  readonly generation: number;
  readonly isFinite: boolean;
  /** Nobody else was there to compute it again. */
  readonly isAlone: boolean;
  /** How often more of the same was refused. */
  repeats: number;
}

/**
 * What the servers refused of the workers. Pushes that are wrong are counted; one that is not finite says that the game has diverged
 * only if another worker finds the same of the same shards, or the same worker once more where there is no other.
 */
export class Offences {
  readonly #options: OffencesOptions;
  /** Refusals of one worker in one deal of a step that say no more than the first: of every chunk of every shard, if lines bring each twice. */
  readonly #mostRepeats: number;
  #findings: Finding[] = [];

  constructor(options: OffencesOptions) {
    this.#options = options;
    const { layouts, config: { shards, cluster: { servers } } } = options.description;
    const mostChunks = layouts.reduce((most, { length }) => Math.max(most, servers + chunksOf({ from: 0, to: length }).length), 0);
    this.#mostRepeats = 2 * shards * mostChunks;
  }

  /** A server refused something: others compute the step, and whoever goes on like that is a member no longer. */
  told(server: Member, offence: Offence): void {
    const { control, dealer, onNotice, fence, failed } = this.#options;
    const { push, message } = offence;
    const offender = control.roster.find(offence.offender) ?? null;
    // When it was given up the steps were dealt anew, and nothing of an earlier deal spoils what is computed in a later one.
    if (offender?.state === 'gone') return;
    if (offender === null && offence.offender !== '') {
      onNotice(`refused: a process that has not registered: ${message}`);
      fence(offence.offender);
      return;
    }
    const who = offender === null ? server.name : describeMember(offender);
    const judgement = this.#judge(offence, offender);
    switch (judgement) {
      case 'known already':
        return;
      case 'diverged':
        control.fail(new LetheError('GRADIENT_NOT_FINITE', `${message}; it was computed twice; nothing of it was applied`));
        return;
      case 'thrown out':
      case 'replaced':
        if (offender !== null) control.lose(offender, new LetheError(offence.code, `${who} is ${judgement}: ${message}`));
        return;
      case 'computed again':
        onNotice(`${who}: ${message}; it is computed again`);
        if (push !== null && dealer.isOpen(push)) dealer.dealWithout(this.#findings.filter((finding) => isSameStep(finding, push))).catch(failed);
    }
  }

  #judge({ code, push }: Offence, offender: Member | null): Judgement {
    const { control, dealer } = this.#options;
    if (push === null || code === 'MESSAGE_FORBIDDEN' || (offender !== null && push.generation > dealer.lastGeneration)) return 'thrown out';
    // A sum of finite gradients that is not finite is nobody's fault, and nobody sums it otherwise.
    const isAlone = offender === null || control.roster.atHand().every((member) => member === offender);
    const finding = findingOf(push, offender?.incarnation ?? '', code === 'GRADIENT_NOT_FINITE', isAlone);
    // A push is refused chunk by chunk, by every server that has some of it. Since the first of these the step has been dealt anew.
    const known = this.#findings.find((other) => isSameStep(other, finding) && other.worker === finding.worker && other.generation === finding.generation);
    if (known !== undefined) return (known.repeats += 1) > this.#mostRepeats ? 'replaced' : 'known already';
    const isConfirmed = dealer.isOpen(push) && this.#findings.some((earlier) => confirms(finding, earlier));
    this.#findings.push(finding);
    if (isConfirmed) return 'diverged';
    if (offender === null) return 'computed again';
    offender.refusals += 1;
    return offender.refusals < PATIENCE ? 'computed again' : 'replaced';
  }

  /** Forgets what was found of a step that is in the weights now, and of rounds before. */
  close(step: Step): void {
    this.#findings = this.#findings.filter((finding) => finding.round >= step.round && !isSameStep(finding, step));
  }

  clear(): void {
    this.#findings = [];
  }
}

function findingOf({ round, phase, innerStep, node, generation }: OffendingPush, worker: string, isNotFinite: boolean, isAlone: boolean): Finding {
  return { round, phase, innerStep, node, generation, worker, isFinite: !isNotFinite, isAlone, repeats: 0 };
}

function confirms(finding: Finding, earlier: Finding): boolean {
  if (finding.isFinite || earlier.isFinite || !isSameStep(finding, earlier) || !overlap(finding.node, earlier.node)) return false;
  return finding.worker !== earlier.worker || (earlier.isAlone && finding.generation > earlier.generation);
}
