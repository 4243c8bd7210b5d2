import { LetheError } from '@lethe/errors';
import { layoutOf, type RunDescription } from '@lethe/graphs';
import type { ControlPlane, Member } from '@lethe/membership';
import {
  piecesOf, sliceOf, type GroupState, type GroupVersion, type MessageBody, type Slice, type StateCaptured, type StateLoaded,
} from '@lethe/protocol';
import { AdaptiveTimeout, type TimeoutBounds } from './adaptive-timeout.js';

/**
 * Loads the groups' states into the servers and captures them from there. Every server has a slice, which is transferred piece by piece,
 * each when the one before is there: however large a state is, no queue and no message grows with it.
 */
export class StateTransfer {
  readonly #control: ControlPlane;
  readonly #description: Pick<RunDescription, 'layouts'>;
  readonly #answers: AdaptiveTimeout;

  constructor(control: ControlPlane, description: Pick<RunDescription, 'layouts'>, bounds: TimeoutBounds) {
    this.#control = control;
    this.#description = description;
    this.#answers = new AdaptiveTimeout(bounds);
  }

  async load(states: readonly GroupState[]): Promise<void> {
    const servers = this.#control.roster.present('parameter-server');
    await Promise.all(servers.map(async (server) => {
      for (const state of states) {
        const slice = sliceOf(state.values.length, server.index, servers.length);
        for (const piece of piecesOf(slice)) await this.#loadPiece(server, state, piece);
      }
    }));
  }

  async capture(versions: readonly GroupVersion[]): Promise<GroupState[]> {
    const states: GroupState[] = [];
    for (const version of versions) states.push(await this.#captureGroup(version));
    return states;
  }

  async #loadPiece(server: Member, state: GroupState, { from, to }: Slice): Promise<void> {
    const { group } = state;
    const slots = Object.fromEntries(Object.entries(state.slots).map(([name, slot]) => [name, slot.subarray(from, to)]));
    const statistics = from === 0 ? state.statistics : null;
    const piece: GroupState = { ...state, values: state.values.subarray(from, to), slots, statistics };
    const isLoaded = (body: MessageBody): body is StateLoaded => (
      body.kind === 'stateLoaded' && body.group === group && body.offset === from
    );
    await this.#ask(server, { kind: 'loadState', state: piece, offset: from }, isLoaded);
  }

  async #captureGroup({ group, version }: GroupVersion): Promise<GroupState> {
    const servers = this.#control.roster.present('parameter-server');
    const { length } = layoutOf(this.#description, group);
    const whole: GroupState = { group, version, values: new Float32Array(length), slots: {}, scalars: {}, statistics: null };
    await Promise.all(servers.map(async (server) => {
      const slice = sliceOf(length, server.index, servers.length);
      for (const piece of piecesOf(slice)) insert(await this.#capturePiece(server, { group, version }, piece), whole);
    }));
    return whole;
  }

  async #capturePiece(server: Member, { group, version }: GroupVersion, { from: offset, to }: Slice): Promise<StateCaptured> {
    const length = to - offset;
    const isCaptured = (body: MessageBody): body is StateCaptured => {
      if (body.kind !== 'stateCaptured' || body.offset !== offset) return false;
      const { state } = body;
      if (state.group !== group || state.version !== version) return false;
      if (state.values.length === length) return true;
      throw new LetheError('MESSAGE_FORBIDDEN', `its piece of ${group} at ${offset} has ${length} elements, found ${state.values.length}`);
    };
    return this.#ask(server, { kind: 'captureState', group, version, offset }, isCaptured);
  }

  async #ask<Answer extends MessageBody>(
    server: Member, request: MessageBody, isAnswer: (body: MessageBody) => body is Answer,
  ): Promise<Answer> {
    const sentMs = performance.now();
    const answer = await this.#control.ask(server, request, { isAnswer, limitMs: (repeats) => this.#answers.limitAfterMs(repeats) });
    this.#answers.observe(performance.now() - sentMs);
    return answer;
  }
}

function insert({ state, offset }: StateCaptured, whole: GroupState): void {
  whole.values.set(state.values, offset);
  for (const [name, slot] of Object.entries(state.slots)) (whole.slots[name] ??= new Float32Array(whole.values.length)).set(slot, offset);
  // The lead's first piece has what the group has once.
  if (offset > 0) return;
  whole.scalars = state.scalars;
  whole.statistics = state.statistics;
}
