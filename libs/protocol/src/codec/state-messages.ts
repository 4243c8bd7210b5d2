import type { lethe } from '../../generated/lethe.js';
import type { CaptureState, GroupState, LoadState, StateCaptured, StateLoaded } from '../messages.js';
import { type BodyCodec, type Encoded, type Fields, numbersByName } from './body-codec.js';
import { bytesOf, type FrameReader, malformed } from './frames.js';

/** LoadState and StateCaptured have the same fields. */
type StateHeader = lethe.LoadState.$Properties & lethe.StateCaptured.$Properties;

function encodeState({ state, offset }: { state: GroupState; offset: number }): Encoded<StateHeader> {
  const slots = Object.entries(state.slots);
  const vectors = [state.values, ...slots.map(([, slot]) => slot)];
  if (state.statistics !== null) vectors.push(state.statistics);
  return {
    header: {
      group: state.group,
      version: state.version,
      slots: slots.map(([name]) => name),
      scalars: state.scalars,
      hasStatistics: state.statistics !== null,
      offset,
    },
    frames: vectors.map(bytesOf),
  };
}

function decodeState(header: Fields<StateHeader>, frames: FrameReader): GroupState {
  const values = frames.float32('values');
  return {
    group: header.group,
    version: header.version,
    values,
    slots: decodeSlots(header.slots, values.length, frames),
    scalars: numbersByName(header.scalars),
    statistics: header.hasStatistics ? frames.float32('statistics') : null,
  };
}

function decodeSlots(names: readonly string[], length: number, frames: FrameReader): Record<string, Float32Array> {
  if (new Set(names).size !== names.length) throw malformed(`optimiser slots named twice in ${names.join(', ')}`);
  const slots = names.map((name): [string, Float32Array] => {
    const slot = frames.float32(`slot ${name}`);
    if (slot.length !== length) {
      throw malformed(`slot ${name} must be as long as the values (${length}), found ${slot.length}`);
    }
    return [name, slot];
  });
  return Object.fromEntries(slots);
}

export const loadState: BodyCodec<LoadState, lethe.LoadState.$Properties> = {
  encode: encodeState,
  decode: (header, frames) => ({ kind: 'loadState', state: decodeState(header, frames), offset: header.offset }),
};

export const stateLoaded: BodyCodec<StateLoaded, lethe.StateLoaded.$Properties> = {
  encode: ({ group, version, offset }) => ({ header: { group, version, offset } }),
  decode: ({ group, version, offset }) => ({ kind: 'stateLoaded', group, version, offset }),
};

export const captureState: BodyCodec<CaptureState, lethe.CaptureState.$Properties> = {
  encode: ({ group, version, offset }) => ({ header: { group, version, offset } }),
  decode: ({ group, version, offset }) => ({ kind: 'captureState', group, version, offset }),
};

export const stateCaptured: BodyCodec<StateCaptured, lethe.StateCaptured.$Properties> = {
  encode: encodeState,
  decode: (header, frames) => ({ kind: 'stateCaptured', state: decodeState(header, frames), offset: header.offset }),
};
