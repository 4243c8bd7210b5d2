import { LetheError } from '@lethe/errors';
import {
  describeStep, type CaptureState, type Commit, type CommitInquiry, type Committed, type LoadState, type MessageBody, type Parameters,
  type Prepared, type Pull, type Push, type Slice, type Step,
} from '@lethe/protocol';
import { validatePush } from './push-validation.js';
import type { HeldGroup, ServerPlan } from './server-plan.js';
import type { NotFinite } from './transaction.js';
import { LEAD, type Decision, type Voter } from './two-phase-commit.js';

/** Sends a server's messages. The service waits for none of them. */
export interface MessageSender {
  toCoordinator(body: MessageBody): void;
  /** To a worker or another server, by the transport's name for it. */
  toPeer(peer: string, body: MessageBody): void;
  toLead(body: MessageBody): void;
  /** Called when all messages about a new version are handed over. @param bytes of the values of the version */
  versionMade(bytes: number): void;
}

/**
 * Commits that are kept to be repeated, in case the coordinator did not receive them, and versions that a pull may be ahead: more than the
 * coordinator has steps assigned at a time.
 */
const VERSIONS_AHEAD = 16;

/** Pulls of one worker and group that can wait at a time: for training and for evaluation. Earlier ones are given up. */
const PULLS_AT_A_TIME = 2;

/** A pull that waits for its version. */
interface WaitingPull {
  readonly request: number;
  readonly giveUp: () => void;
}

/**
 * What a parameter server does with the messages about its groups. Expected failures are thrown; the session turns them
 * into refusals.
 */
export class GroupService {
  #lastStep: Step | null = null;
  /** The last commits that this server, as the lead, has reported to the coordinator. */
  readonly #recentCommits: Committed[] = [];
  /** Pulls that wait, by group and worker, oldest first. */
  readonly #pulls = new Map<string, readonly WaitingPull[]>();
  /** When the last push of a worker for a group was taken, and for which version; by group and worker. */
  readonly #taken = new Map<string, { readonly version: number; readonly atMs: number }>();
  readonly #held: ReadonlyMap<string, HeldGroup>;
  readonly #plan: ServerPlan;
  readonly #sender: MessageSender;

  constructor(held: ReadonlyMap<string, HeldGroup>, plan: ServerPlan, sender: MessageSender) {
    this.#held = held;
    this.#plan = plan;
    this.#sender = sender;
  }

  /** The inner step of the latest push; null before the first. */
  get activity(): { round: number; phase: string; innerStep: number } | null {
    return this.#lastStep === null ? null : { ...this.#lastStep, phase: this.#phaseName(this.#lastStep.phase) };
  }

  /** Frees the memory of its groups. The service cannot be used afterwards. */
  dispose(): void {
    for (const { store } of this.#held.values()) store.dispose();
  }

  /** Loads a piece of a group's state, once. A repeated one, whose answer was late or lost, is only answered again. */
  load({ state, offset }: LoadState): void {
    const { store, twoPhaseCommit } = this.#group(state.group, 'CHECKPOINT_MISMATCH');
    if (store.version === null) twoPhaseCommit?.reset();
    store.load(state, offset);
    this.#sender.toCoordinator({ kind: 'stateLoaded', group: state.group, version: state.version, offset });
  }

  capture({ group, version, offset }: CaptureState): void {
    const held = this.#group(group, 'VERSION_UNAVAILABLE');
    const { store } = held;
    // The coordinator has received it since, or will learn of the commit from the lead and ask for the version after it.
    if (store.version !== null && version < store.version) return;
    this.#voteAgain(held);
    store.atVersion(version, () => this.#sender.toCoordinator({ kind: 'stateCaptured', state: store.capture(offset), offset }));
  }

  pull(pull: Pull, peer: string): void {
    this.#checkSchema(pull.schemaHash);
    const held = this.#group(pull.group, 'VERSION_UNAVAILABLE');
    const { store, twoPhaseCommit } = held;
    const { request, group, version } = pull;
    if (store.version !== null && version > store.version + VERSIONS_AHEAD) {
      throw new LetheError('MESSAGE_FORBIDDEN', `a worker asked for version ${version} of ${group}, which is at ${store.version}`);
    }
    this.#voteAgain(held);
    const key = peerKey(group, peer);
    const earlier = this.#pulls.get(key) ?? [];
    const kept = earlier.filter((other) => other.request !== request).slice(1 - PULLS_AT_A_TIME);
    for (const other of earlier) if (!kept.includes(other)) other.giveUp();
    const sent = new Set<number>();
    let unfollow = (): void => undefined;
    // Values are sent while later chunks are still being summed. They are provisional until the last message. If this server decides alone,
    // the last chunk is committed before another message is handled, and is that message.
    if (!pull.averages && store.version !== null && version === store.version + 1) {
      const early = store.facts.chunks.length - (twoPhaseCommit?.isAlone === true ? 1 : 0);
      unfollow = store.follow(({ from }, values) => {
        if (sent.size === early) return;
        sent.add(from);
        this.#sender.toPeer(peer, {
          kind: 'parameters',
          request,
          group,
          version,
          offset: from,
          values,
          statistics: null,
          committed: false,
          heldMs: 0,
        });
      });
    }
    const unwait = store.atVersion(version, () => {
      this.#keepPulls(key, (this.#pulls.get(key) ?? []).filter((other) => other.request !== request));
      for (const chunk of this.#chunksFor(pull, peer, store, sent)) this.#sender.toPeer(peer, chunk);
    });
    const waiting: WaitingPull = { request, giveUp: () => { unfollow(); unwait(); } };
    this.#keepPulls(key, store.version === version ? kept : [...kept, waiting]);
  }

  push(push: Push, peer: string): void {
    this.#checkSchema(push.schemaHash);
    const group = this.#group(push.group, 'PUSH_INVALID');
    const { store, twoPhaseCommit } = group;
    this.#voteAgain(group);
    const place = validatePush(push, store.facts, store.version);
    const { round, phase, innerStep } = push;
    this.#lastStep = { round, phase, innerStep };
    this.#taken.set(peerKey(push.group, peer), { version: push.version, atMs: performance.now() });
    if (place === null) return;
    const { isPrepared, notFinite } = store.add(push, { peer, place });
    for (const found of notFinite) this.#reportNotFinite(push, found);
    if (!isPrepared) return;
    if (twoPhaseCommit === null) this.#sender.toLead(store.prepared());
    else this.#carryOut(group, twoPhaseCommit.vote(store.prepared(), { peer: null, place: LEAD }));
  }

  /** Takes the vote of another server, whose slice is complete; only the lead does. */
  vote(prepared: Prepared, { peer, place }: Voter): void {
    const group = this.#group(prepared.group, 'MESSAGE_MALFORMED');
    if (group.twoPhaseCommit === null) throw new LetheError('MESSAGE_FORBIDDEN', 'only the lead parameter server takes votes');
    const { version } = group.store;
    if (version !== null && prepared.version <= version) {
      const decided = group.twoPhaseCommit.lastDecision;
      if (peer === null || decided?.version !== prepared.version) return;
      this.#sender.toPeer(peer, { kind: 'commit', group: prepared.group, version: decided.version, scale: decided.scale });
      return;
    }
    if (version === null || prepared.version !== version + 1) {
      const message = `a vote about version ${prepared.version} of ${prepared.group}, which is at ${version ?? 'no version'}`;
      throw new LetheError('MESSAGE_MALFORMED', message);
    }
    this.#carryOut(group, group.twoPhaseCommit.vote(prepared, { peer, place }));
  }

  /** Commits a version that, as the lead says, every server has prepared. */
  commit({ group, version, scale }: Commit): void {
    const { store } = this.#group(group, 'MESSAGE_MALFORMED');
    const current = store.version;
    if (current !== null && version <= current) return;
    if (current === null || version !== current + 1) {
      throw new LetheError('MESSAGE_MALFORMED', `commit of version ${version} of ${group}, which is at ${current ?? 'no version'}`);
    }
    const { step, work } = store.commit(scale);
    this.#sender.toCoordinator({ kind: 'commitReport', ...step, group, version, work });
    this.#sender.versionMade(store.bytes);
  }

  /** Repeats the commit of a version, which the coordinator may not have received; nothing if there was none. */
  inquire({ group, version }: CommitInquiry): void {
    const sent = this.#recentCommits.find((committed) => committed.group === group && committed.version === version);
    if (sent !== undefined) this.#sender.toCoordinator(sent);
  }

  /** Repeats the vote about a complete version that is asked for or pushed again: the vote, or the answer to it, may have been lost. */
  #voteAgain({ store, twoPhaseCommit }: HeldGroup): void {
    if (twoPhaseCommit === null && store.isPrepared) this.#sender.toLead(store.prepared());
  }

  /** Commits a version, or does nothing while votes are missing. */
  #carryOut(group: HeldGroup, decision: Decision | null): void {
    if (decision === null) return;
    const name = group.store.facts.layout.name;
    const { version, scale, gradientNorm } = decision;
    for (const follower of decision.followers) this.#sender.toPeer(follower, { kind: 'commit', group: name, version, scale });
    const { step, losses, work } = group.store.commit(scale);
    const committed: Committed = { kind: 'committed', ...step, group: name, version, losses, work, gradientNorm };
    this.#recentCommits.push(committed);
    if (this.#recentCommits.length > VERSIONS_AHEAD) this.#recentCommits.shift();
    this.#sender.toCoordinator(committed);
    this.#sender.versionMade(group.store.bytes);
  }

  /** The chunks of a committed version that are not sent yet; the last message says that the version is committed. */
  #chunksFor(
    { request, group, version, statistics, averages }: Pull, peer: string, store: HeldGroup['store'], sent: ReadonlySet<number>,
  ): Parameters[] {
    const { facts: { slice, chunks }, statistics: running } = store;
    const left = chunks.filter(({ from }) => !sent.has(from));
    const valuesOf = (chunk: Slice): Float32Array => (averages ? store.averagesOf(chunk) : store.valuesOf(chunk));
    const common = { kind: 'parameters', request, group, version, statistics: null, committed: false, heldMs: 0 } as const;
    const messages = left.map((chunk): Parameters => ({ ...common, offset: chunk.from, values: valuesOf(chunk) }));
    const last = messages.pop() ?? { ...common, offset: slice.from, values: new Float32Array(0) };
    const taken = this.#taken.get(peerKey(group, peer));
    const heldMs = taken?.version === version ? performance.now() - taken.atMs : 0;
    return [...messages, { ...last, statistics: statistics ? running : null, committed: true, heldMs }];
  }

  /** Tells the coordinator, which assigns the step again; what is not finite is applied nowhere. */
  #reportNotFinite({ group, version, round, phase, innerStep, generation }: Push, { author, what }: NotFinite): void {
    const step = describeStep({ round, phase, innerStep }, this.#plan.phases);
    const message = `${what} (${step})`;
    const node = author?.node ?? { first: 0, count: this.#group(group, 'PUSH_INVALID').store.facts.shards };
    if (author !== null) this.#sender.toPeer(author.peer, { kind: 'refused', code: 'GRADIENT_NOT_FINITE', message, request: 0 });
    const refused = { group, version, round, phase, innerStep, node, generation: author?.generation ?? generation };
    this.#sender.toCoordinator({ kind: 'offence', offender: author?.peer ?? '', code: 'GRADIENT_NOT_FINITE', message, push: refused });
  }

  #keepPulls(key: string, pulls: readonly WaitingPull[]): void {
    if (pulls.length > 0) this.#pulls.set(key, pulls);
    else this.#pulls.delete(key);
  }

  #phaseName(phase: number): string {
    return this.#plan.phases[phase]?.name ?? `${phase + 1}`;
  }

  #checkSchema(schemaHash: string): void {
    if (schemaHash === this.#plan.schemaHash) return;
    const found = schemaHash || 'no hash';
    throw new LetheError(
      'SCHEMA_MISMATCH',
      `the parameters are laid out as ${this.#plan.schemaHash}, found ${found}: another version of Lethe`,
    );
  }

  #group(name: string, code: 'PUSH_INVALID' | 'VERSION_UNAVAILABLE' | 'CHECKPOINT_MISMATCH' | 'MESSAGE_MALFORMED'): HeldGroup {
    const group = this.#held.get(name);
    if (group !== undefined) return group;
    throw new LetheError(code, `this server holds nothing of a group "${name}", only of ${[...this.#held.keys()].join(', ') || 'none'}`);
  }
}

function peerKey(group: string, peer: string): string {
  return `${group} ${peer}`;
}
