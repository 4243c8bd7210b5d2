import { sliceOf, type GroupState } from '@lethe/protocol';

/** The part of a group's state that server number `server` of `servers` holds; null if its slice is empty. */
export function cutSlice(state: GroupState, server: number, servers: number): GroupState | null {
  const { from, to } = sliceOf(state.values.length, server, servers);
  if (to === from) return null;
  const slots = Object.fromEntries(Object.entries(state.slots).map(([name, slot]) => [name, slot.slice(from, to)]));
  return { ...state, values: state.values.slice(from, to), slots, statistics: server === 0 ? state.statistics : null };
}

/** Puts the servers' slices, lead first, back together. */
export function joinSlices(slices: readonly GroupState[]): GroupState {
  const [lead] = slices;
  if (lead === undefined) throw new TypeError('a group has at least the lead server\'s slice');
  const slots = Object.fromEntries(Object.keys(lead.slots).map((name) => [name, joinVectors(slices.map((slice) => slice.slots[name] ?? new Float32Array(0)))]));
  return { ...lead, values: joinVectors(slices.map(({ values }) => values)), slots };
}

function joinVectors(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
