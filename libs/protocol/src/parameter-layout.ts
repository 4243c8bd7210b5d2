/** How the networks' tensors lie in the flat float32 vectors of messages, updates and checkpoints. */

/** One trainable tensor inside its group's flat vector. Offsets and lengths count float32 elements. */
export interface Segment {
  readonly name: string;
  readonly network: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** Running mean and variance of one normalisation layer: mean at `offset`, variance at `offset + channels`. */
export interface StatisticsSegment {
  readonly name: string;
  readonly network: string;
  readonly channels: number;
  readonly offset: number;
  /** Values that one channel averages over the whole global batch, for the unbiased variance. */
  readonly samples: number;
  /** Weight of the new batch in the running value, PyTorch's convention. */
  readonly momentum: number;
}

/** A group: the networks that are trained together and share a version, such as the encoder and the decoder. */
export interface GroupLayout {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly length: number;
  readonly statistics: readonly StatisticsSegment[];
  readonly statisticsLength: number;
}

/**
 * What a worker pushes beside the gradients: for each statistics segment of the trained group the batch mean and the
 * biased batch variance (same layout as the running statistics), then the phase's losses.
 */
export interface SummaryLayout {
  readonly statistics: readonly StatisticsSegment[];
  readonly statisticsLength: number;
  readonly losses: readonly string[];
  readonly length: number;
}

/** What a network has that starts afresh. */
export interface FreshNetwork {
  /** Its values, as long as the network. */
  readonly values: Float32Array;
  /** Of those running statistics that start afresh with it: where they begin among those of the group, and what they become. */
  readonly statistics: readonly { readonly offset: number; readonly values: Float32Array }[];
}

/** A network's elements of a group's flat vector. */
export interface NetworkSlice extends Slice {
  readonly network: string;
}

/**
 * The networks of a group, each of which lies in one piece.
 *
 * @throws RangeError if segments of different networks are mixed.
 */
export function networkSlices({ name, segments }: GroupLayout): NetworkSlice[] {
  const slices: NetworkSlice[] = [];
  for (const { network, offset, length } of segments) {
    const last = slices.at(-1);
    if (last?.network === network) slices[slices.length - 1] = { ...last, to: offset + length };
    else slices.push({ network, from: offset, to: offset + length });
  }
  const networks = slices.map(({ network }) => network);
  if (new Set(networks).size !== networks.length)
    throw new RangeError(`group ${name} interleaves the segments of its networks: ${networks.join(', ')}`);
  return slices;
}

/** A server's share of a group: elements [from, to) of the flat vector. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** Slices are cut at multiples of this, so that a gradient norm is the same sum for any number of servers. */
export const NORM_TILE_LENGTH = 65_536;

/**
 * Elements of one chunk (768 KiB), the unit in which summing, updating and sending overlap. Larger chunks cost less per element, but a
 * server holds up to three unread ones of every worker, and the following ones wait until the first is complete.
 */
export const CHUNK_LENGTH = 3 * NORM_TILE_LENGTH;

/** Elements of a piece of a server's state, the part of the values and of every slot that one message loads or captures. */
const PIECE_LENGTH = 8 * CHUNK_LENGTH;

/** The slice of `server` (0-based) out of `servers`; the lead, server 0, gets the odd tile. May be empty for the others. */
export function sliceOf(groupLength: number, server: number, servers: number): Slice {
  const tiles = Math.ceil(groupLength / NORM_TILE_LENGTH);
  const edge = (k: number): number => Math.min(groupLength, Math.ceil((k * tiles) / servers) * NORM_TILE_LENGTH);
  return { from: edge(server), to: edge(server + 1) };
}

/** The chunks of a slice, in order. */
export function chunksOf(slice: Slice): Slice[] {
  return cut(slice, CHUNK_LENGTH);
}

/** The pieces of a slice in which its state is loaded and captured, in order. Each has complete chunks. */
export function piecesOf(slice: Slice): Slice[] {
  return cut(slice, PIECE_LENGTH);
}

function cut(slice: Slice, length: number): Slice[] {
  const parts: Slice[] = [];
  for (let from = slice.from; from < slice.to; from += length) parts.push({ from, to: Math.min(slice.to, from + length) });
  return parts;
}

/** Bytes of an envelope without its documents: of its names and lists. */
const ENVELOPE_BYTES = 2 ** 20;

/** Bytes of the largest frame with parameters: a piece of a state, statistics, or the summary that is pushed beside a gradient. */
export function largestFrame({
  layouts,
  summaries,
}: {
  readonly layouts: readonly GroupLayout[];
  readonly summaries: readonly SummaryLayout[];
}): number {
  const lengths = [...layouts.map(({ statisticsLength }) => statisticsLength), ...summaries.map(({ length }) => length)];
  return frameOf(lengths.reduce((longest, length) => Math.max(longest, length), PIECE_LENGTH) * Float32Array.BYTES_PER_ELEMENT);
}

/** Bytes of a frame, given the bytes of its vectors or documents. */
export function frameOf(bytes: number): number {
  return bytes + ENVELOPE_BYTES;
}
