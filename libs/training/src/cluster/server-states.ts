import type { ControlPlane, Member } from '@lethe/membership';
import { sliceOf, type GroupState, type GroupVersion } from '@lethe/protocol';
import { cutSlice, joinSlices } from '../group-slices.js';
import { layoutOf, type RunDescription } from '../run-description.js';

/** Loads and captures the groups, of which every server has a slice. */
export class ServerStates {
  readonly #control: ControlPlane;
  readonly #description: RunDescription;

  constructor(control: ControlPlane, description: RunDescription) {
    this.#control = control;
    this.#description = description;
  }

  get servers(): Member[] {
    return this.#control.roster.present('parameter-server');
  }

  async load(states: readonly GroupState[]): Promise<void> {
    await Promise.all(states.flatMap((state) => this.servers.map((server) => this.#loadSlice(server, state))));
  }

  capture(versions: readonly GroupVersion[]): Promise<GroupState[]> {
    return Promise.all(versions.map(async (version) => joinSlices(await Promise.all(this.#holders(version.group).map((server) => this.#captureSlice(server, version))))));
  }

  /** Servers whose slice of the group is not empty. */
  #holders(group: string): Member[] {
    const { servers } = this;
    return servers.filter(({ index }) => {
      const { from, to } = sliceOf(layoutOf(this.#description, group).length, index, servers.length);
      return to > from;
    });
  }

  async #loadSlice(server: Member, state: GroupState): Promise<void> {
    const slice = cutSlice(state, server.index, this.servers.length);
    if (slice === null) return;
    const loaded = this.#control.expect(server, 'stateLoaded', (body) => body.group === state.group);
    await Promise.all([loaded, this.#control.send(server, { kind: 'loadState', state: slice })]);
  }

  async #captureSlice(server: Member, { group, version }: GroupVersion): Promise<GroupState> {
    const captured = this.#control.expect(server, 'stateCaptured', ({ state }) => state.group === group && state.version === version);
    const [{ state }] = await Promise.all([captured, this.#control.send(server, { kind: 'captureState', group, version })]);
    return state;
  }
}
