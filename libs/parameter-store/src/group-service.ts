import { LetheError } from '@lethe/errors';
import {
  chunksOf, describeStep, type CaptureState, type Commit, type CommitInquiry, type Committed, type LoadState, type MessageBody, type Parameters,
  type Prepared, type Pull, type Push, type Slice, type Step,
} from '@lethe/protocol';
import { LEAD, type Decision, type Voter } from './two-phase-commit.js';
import type { HeldGroup, ServerPlan } from './server-plan.js';
import type { NotFinite } from './transaction.js';

/** Where a server's messages go. Nobody waits for them: what was sent and who is gone is the sender's business. */
export interface Post {
  toCoordinator(body: MessageBody): void;
  /** To a worker or another server, by the transport's name. */
  toPeer(peer: string, body: MessageBody): void;
  toLead(body: MessageBody): void;
  /** All about a version with so many bytes of values has been sent. */
  versionMade(bytes: number): void;
}

/** Commits that are remembered for a coordinator that did not hear of them: more than it has steps out at a time. */
const REMEMBERED = 16;

/** Pulls of one worker and group that can wait at a time: what it trains and what it evaluates. Earlier ones are given up. */
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
  /** The lead's last words about commits. */
  readonly #told: Committed[] = [];
  /** By group and worker, oldest first. */
  readonly #pulls = new Map<string, readonly WaitingPull[]>();
  readonly #held: ReadonlyMap<string, HeldGroup>;
  readonly #plan: ServerPlan;
  readonly #post: Post;

  constructor(held: ReadonlyMap<string, HeldGroup>, plan: ServerPlan, post: Post) {
    this.#held = held;
    this.#plan = plan;
    this.#post = post;
  }

  /** The turn that gradients came in for last, or null before the first. */
  get activity(): { round: number; phase: string; innerStep: number } | null {
    return this.#lastStep === null ? null : { ...this.#lastStep, phase: this.#phaseName(this.#lastStep.phase) };
  }

  /** Frees what its groups hold; it is used no more. */
  dispose(): void {
    for (const { store } of this.#held.values()) store.dispose();
  }

  /** Loads a group, once: what comes again, because the answer was late or lost, is answered again and means nothing else. */
  load({ state, offset }: LoadState): void {
    const { store, agreement } = this.#group(state.group, 'CHECKPOINT_MISMATCH');
    if (store.version === null) agreement?.reset();
    store.load(state, offset);
    this.#post.toCoordinator({ kind: 'stateLoaded', group: state.group, version: state.version, offset });
  }

  capture({ group, version, offset }: CaptureState): void {
    const held = this.#group(group, 'VERSION_UNAVAILABLE');
    const { store } = held;
    // Whoever asked has had it since, or does not know yet of the commit, which the lead tells: it asks for the version after it then.
    if (store.version !== null && version < store.version) return;
    this.#voteAgain(held);
    store.atVersion(version, () => this.#post.toCoordinator({ kind: 'stateCaptured', state: store.capture(offset), offset }));
  }

  pull(pull: Pull, peer: string): void {
    this.#checkSchema(pull.schemaHash);
    const held = this.#group(pull.group, 'VERSION_UNAVAILABLE');
    const { store } = held;
    const { request, group, version } = pull;
    if (store.version !== null && version > store.version + REMEMBERED) throw new LetheError('MESSAGE_FORBIDDEN', `a worker asked for version ${version} of ${group}, which is at ${store.version}`);
    this.#voteAgain(held);
    const key = `${group} ${peer}`;
    const earlier = this.#pulls.get(key) ?? [];
    const kept = earlier.filter((other) => other.request !== request).slice(1 - PULLS_AT_A_TIME);
    for (const other of earlier) if (!kept.includes(other)) other.giveUp();
    const sent = new Set<number>();
    let unfollow = (): void => undefined;
    // Values travel back while later chunks are still being summed; the last message says that they count.
    if (!pull.averages && store.version !== null && version === store.version + 1) {
      unfollow = store.follow(({ from }, values) => {
        sent.add(from);
        this.#post.toPeer(peer, { kind: 'parameters', request, group, version, offset: from, values, statistics: null, committed: false });
      });
    }
    const unwait = store.atVersion(version, () => {
      this.#keep(key, (this.#pulls.get(key) ?? []).filter((other) => other.request !== request));
      for (const chunk of this.#chunksFor(pull, store, sent)) this.#post.toPeer(peer, chunk);
    });
    const waiting: WaitingPull = { request, giveUp: () => { unfollow(); unwait(); } };
    this.#keep(key, store.version === version ? kept : [...kept, waiting]);
  }

  push(push: Push, peer: string): void {
    this.#checkSchema(push.schemaHash);
    const group = this.#group(push.group, 'PUSH_INVALID');
    this.#voteAgain(group);
    const { isPrepared, notFinite } = group.store.add(push, peer);
    for (const found of notFinite) this.#notFinite(push, found);
    const { round, phase, innerStep } = push;
    this.#lastStep = { round, phase, innerStep };
    if (!isPrepared) return;
    if (group.agreement === null) this.#post.toLead(group.store.prepared());
    else this.#decided(group, group.agreement.vote(group.store.prepared(), { peer: null, place: LEAD }));
  }

  /** The lead hears that another server's slice is complete. */
  vote(prepared: Prepared, { peer, place }: Voter): void {
    const group = this.#group(prepared.group, 'MESSAGE_MALFORMED');
    if (group.agreement === null) throw new LetheError('MESSAGE_FORBIDDEN', 'only the lead parameter server takes votes');
    const { version } = group.store;
    if (version !== null && prepared.version <= version) {
      const decided = group.agreement.lastDecision;
      if (peer !== null && decided?.version === prepared.version) this.#post.toPeer(peer, { kind: 'commit', group: prepared.group, version: decided.version, scale: decided.scale });
      return;
    }
    if (version === null || prepared.version !== version + 1) throw new LetheError('MESSAGE_MALFORMED', `a vote about version ${prepared.version} of ${prepared.group}, which is at ${version ?? 'no version'}`);
    this.#decided(group, group.agreement.vote(prepared, { peer, place }));
  }

  /** The lead says that every server has the version. */
  commit({ group, version, scale }: Commit): void {
    const { store } = this.#group(group, 'MESSAGE_MALFORMED');
    const current = store.version;
    if (current !== null && version <= current) return;
    if (current === null || version !== current + 1) {
      throw new LetheError('MESSAGE_MALFORMED', `commit of version ${version} of ${group}, which is at ${current ?? 'no version'}`);
    }
    const { step, work } = store.commit(scale);
    this.#post.toCoordinator({ kind: 'commitReport', ...step, group, version, work });
    this.#post.versionMade(store.bytes);
  }

  /** The coordinator has not heard whether a version is in the weights. */
  inquire({ group, version }: CommitInquiry): void {
    const told = this.#told.find((committed) => committed.group === group && committed.version === version);
    if (told !== undefined) this.#post.toCoordinator(told);
  }

  /** Somebody waits for a version of which all is in, or sends it again: the vote, or the lead's answer to it, may have been lost. */
  #voteAgain({ store, agreement }: HeldGroup): void {
    if (agreement === null && store.isPrepared) this.#post.toLead(store.prepared());
  }

  #decided(group: HeldGroup, decision: Decision | null): void {
    if (decision === null) return;
    const name = group.store.facts.layout.name;
    const { version, scale, gradientNorm } = decision;
    for (const follower of decision.followers) this.#post.toPeer(follower, { kind: 'commit', group: name, version, scale });
    const { step, losses, work } = group.store.commit(scale);
    const committed: Committed = { kind: 'committed', ...step, group: name, version, losses, work, gradientNorm };
    this.#told.push(committed);
    if (this.#told.length > REMEMBERED) this.#told.shift();
    this.#post.toCoordinator(committed);
    this.#post.versionMade(group.store.bytes);
  }

  /** What is left to send of a committed version, closed by a message that says so. */
  #chunksFor({ request, group, version, statistics, averages }: Pull, store: HeldGroup['store'], sent: ReadonlySet<number>): Parameters[] {
    const { facts: { slice }, statistics: running } = store;
    const answer = { kind: 'parameters', request, group, version } as const;
    const left = chunksOf(slice).filter(({ from }) => !sent.has(from));
    const valuesOf = (chunk: Slice): Float32Array => (averages ? store.averagesOf(chunk) : store.valuesOf(chunk));
    return [
      ...left.map((chunk): Parameters => ({ ...answer, offset: chunk.from, values: valuesOf(chunk), statistics: null, committed: false })),
      { ...answer, offset: slice.from, values: new Float32Array(0), statistics: statistics ? running : null, committed: true },
    ];
  }

  /** Whatever is not finite is applied nowhere: the coordinator has it computed again. */
  #notFinite({ group, version, round, phase, innerStep, generation }: Push, { author, where }: NotFinite): void {
    const step = describeStep({ round, phase, innerStep }, this.#plan.phases);
    const message = `the gradient of ${group} is not finite in ${where} (${step})`;
    const node = author?.node ?? { first: 0, count: this.#group(group, 'PUSH_INVALID').store.facts.shards };
    if (author !== null) this.#post.toPeer(author.peer, { kind: 'refused', code: 'GRADIENT_NOT_FINITE', message, request: 0 });
    this.#post.toCoordinator({
      kind: 'offence', offender: author?.peer ?? '', code: 'GRADIENT_NOT_FINITE', message, push: { group, version, round, phase, innerStep, node, generation: author?.generation ?? generation },
    });
  }

  #keep(key: string, pulls: readonly WaitingPull[]): void {
    if (pulls.length > 0) this.#pulls.set(key, pulls);
    else this.#pulls.delete(key);
  }

  #phaseName(phase: number): string {
    return this.#plan.phases[phase]?.name ?? `${phase + 1}`;
  }

  #checkSchema(schemaHash: string): void {
    if (schemaHash === this.#plan.schemaHash) return;
    throw new LetheError('SCHEMA_MISMATCH', `the parameters are laid out as ${this.#plan.schemaHash}, found ${schemaHash || 'no hash'}: another version of Lethe`);
  }

  #group(name: string, code: 'PUSH_INVALID' | 'VERSION_UNAVAILABLE' | 'CHECKPOINT_MISMATCH' | 'MESSAGE_MALFORMED'): HeldGroup {
    const group = this.#held.get(name);
    if (group !== undefined) return group;
    throw new LetheError(code, `this server holds nothing of a group "${name}", only of ${[...this.#held.keys()].join(', ') || 'none'}`);
  }
}
