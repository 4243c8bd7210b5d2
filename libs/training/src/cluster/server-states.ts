import type { ControlPlane, Member } from '@lethe/membership';
import { piecesOf, sliceOf, type GroupState, type GroupVersion, type Slice, type StateCaptured } from '@lethe/protocol';
import { layoutOf, type RunDescription } from '../run-description.js';

/**
 * Loads and captures the groups, of which every server has a slice: piece by piece, the next one when the one before is there. However
 * large a state is, no queue and no message grows with it.
 */
export class ServerStates {
  readonly #control: ControlPlane;
  readonly #description: Pick<RunDescription, 'layouts'>;

  constructor(control: ControlPlane, description: Pick<RunDescription, 'layouts'>) {
    this.#control = control;
    this.#description = description;
  }

  get servers(): Member[] {
    return this.#control.roster.present('parameter-server');
  }

  async load(states: readonly GroupState[]): Promise<void> {
    const { servers } = this;
    await Promise.all(servers.map(async (server) => {
      for (const state of states) {
        for (const piece of piecesOf(sliceOf(state.values.length, server.index, servers.length))) await this.#loadPiece(server, state, piece);
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
    const piece: GroupState = { ...state, values: state.values.subarray(from, to), slots, statistics: from === 0 ? state.statistics : null };
    const loaded = this.#control.expect(server, 'stateLoaded', (body) => body.group === group && body.offset === from);
    await Promise.all([loaded, this.#control.send(server, { kind: 'loadState', state: piece, offset: from })]);
  }

  async #captureGroup({ group, version }: GroupVersion): Promise<GroupState> {
    const { servers } = this;
    const { length } = layoutOf(this.#description, group);
    const whole: GroupState = { group, version, values: new Float32Array(length), slots: {}, scalars: {}, statistics: null };
    await Promise.all(servers.map(async (server) => {
      for (const { from } of piecesOf(sliceOf(length, server.index, servers.length))) put(await this.#capturePiece(server, { group, version }, from), whole);
    }));
    return whole;
  }

  async #capturePiece(server: Member, { group, version }: GroupVersion, offset: number): Promise<StateCaptured> {
    const captured = this.#control.expect(server, 'stateCaptured', (body) => body.state.group === group && body.state.version === version && body.offset === offset);
    const [piece] = await Promise.all([captured, this.#control.send(server, { kind: 'captureState', group, version, offset })]);
    return piece;
  }
}

function put({ state, offset }: StateCaptured, whole: GroupState): void {
  whole.values.set(state.values, offset);
  for (const [name, slot] of Object.entries(state.slots)) (whole.slots[name] ??= new Float32Array(whole.values.length)).set(slot, offset);
  // The lead's first piece has what the group has once.
  if (offset > 0) return;
  whole.scalars = state.scalars;
  whole.statistics = state.statistics;
}
