import { LetheError } from '@lethe/errors';
import type { RunDescription } from '@lethe/graphs';
import { describeMember, type ControlPlane, type Member } from '@lethe/membership';
import { chunksOf, isSameStep, type Offence, type OffendingPush, type Step } from '@lethe/protocol';
import type { LogFields } from '@lethe/telemetry/log';
import { overlap, type RefusedGradient } from './step-shares.js';
import type { StepScheduler } from './step-scheduler.js';

/** A worker is replaced when this many of its gradients were refused. */
const MOST_REFUSALS = 3;

/** What follows from an offence. */
type Judgement = 'known already' | 'computed again' | 'replaced' | 'thrown out' | 'diverged';

export interface OffenceHandlerOptions {
  readonly control: ControlPlane;
  readonly steps: StepScheduler;
  readonly description: RunDescription;
  readonly onNotice: (line: string, about?: LogFields) => void;
  /** Has the servers refuse whatever the process of this incarnation still sends. */
  readonly fence: (incarnation: string) => void;
}

interface Finding extends RefusedGradient, Step {
  readonly generation: number;
  readonly isFinite: boolean;
  /** No other worker was available to compute it again. */
  readonly isAlone: boolean;
  /** How often more of the same was refused. */
  repeats: number;
}

/**
 * Judges what the servers refused of the workers. Wrong gradients are counted. One that is not finite shows that the game has diverged
 * only if another worker finds the same of the same shards, or the same worker once more where there is no other.
 */
export class OffenceHandler {
  readonly #options: OffenceHandlerOptions;
  /** Refusals of one worker in one generation of a step that say no more than the first: every chunk of every shard, sent twice. */
  readonly #mostRepeats: number;
  #findings: Finding[] = [];

  constructor(options: OffenceHandlerOptions) {
    this.#options = options;
    const { layouts, config: { shards, cluster: { servers } } } = options.description;
    const mostChunks = layouts.reduce((most, { length }) => Math.max(most, servers + chunksOf({ from: 0, to: length }).length), 0);
    this.#mostRepeats = 2 * shards * mostChunks;
  }

  /** A server refused something: other workers compute the step, and a worker that is refused again and again is lost. */
  handle(server: Member, offence: Offence): void {
    const { control, steps, onNotice, fence } = this.#options;
    const { push, message } = offence;
    const offender = control.roster.find(offence.offender) ?? null;
    // The steps were assigned again when it was lost, and nothing of an earlier generation spoils what is computed in a later one.
    if (offender?.state === 'gone') return;
    if (offender === null && offence.offender !== '') {
      onNotice(`refused: a process that has not registered: ${message}`, { code: offence.code });
      fence(offence.offender);
      return;
    }
    const who = offender === null ? server.name : describeMember(offender);
    const judgement = this.#judge(offence, offender);
    switch (judgement) {
      case 'known already':
        return;
      case 'diverged':
        control.fail(new LetheError('GRADIENT_NOT_FINITE', `${message}; it was computed twice, and no part of the gradient was applied`));
        return;
      case 'thrown out':
      case 'replaced':
        if (offender !== null) control.lose(offender, new LetheError(offence.code, `${who} is ${judgement}: ${message}`));
        return;
      case 'computed again':
        onNotice(`${who}: ${message}; it is computed again`, { code: offence.code });
        if (push !== null && steps.isOpen(push)) steps.reassignAfterRefusal(this.#findings.filter((finding) => isSameStep(finding, push)));
    }
  }

  /** Forgets what was found of a step that is committed, and of earlier rounds. */
  close(step: Step): void {
    this.#findings = this.#findings.filter((finding) => finding.round >= step.round && !isSameStep(finding, step));
  }

  clear(): void {
    this.#findings = [];
  }

  #judge({ code, push }: Offence, offender: Member | null): Judgement {
    const { control, steps } = this.#options;
    if (push === null || code === 'MESSAGE_FORBIDDEN' || (offender !== null && push.generation > steps.generation)) return 'thrown out';
    // A sum of finite gradients that is not finite is no worker's fault, and every server would find the same sum.
    const isAlone = offender === null || control.roster.available().every((member) => member === offender);
    const finding = findingOf(push, offender?.incarnation ?? '', code === 'GRADIENT_NOT_FINITE', isAlone);
    // A push is refused chunk by chunk, by every server that has a part of it. The step was assigned again after the first of these.
    const known = this.#findings.find((other) => (
      isSameStep(other, finding) && other.worker === finding.worker && other.generation === finding.generation
    ));
    if (known !== undefined) return (known.repeats += 1) > this.#mostRepeats ? 'replaced' : 'known already';
    const isConfirmed = steps.isOpen(push) && this.#findings.some((earlier) => confirms(finding, earlier));
    this.#findings.push(finding);
    if (isConfirmed) return 'diverged';
    if (offender === null) return 'computed again';
    offender.refusals += 1;
    return offender.refusals < MOST_REFUSALS ? 'computed again' : 'replaced';
  }
}

function findingOf(push: OffendingPush, worker: string, isNotFinite: boolean, isAlone: boolean): Finding {
  const { round, phase, innerStep, node, generation } = push;
  return { round, phase, innerStep, node, generation, worker, isFinite: !isNotFinite, isAlone, repeats: 0 };
}

function confirms(finding: Finding, earlier: Finding): boolean {
  if (finding.isFinite || earlier.isFinite || !isSameStep(finding, earlier) || !overlap(finding.node, earlier.node)) return false;
  return finding.worker !== earlier.worker || (earlier.isAlone && finding.generation > earlier.generation);
}
