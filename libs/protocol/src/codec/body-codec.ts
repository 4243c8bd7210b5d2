import { foreignText } from '@lethe/errors';
import type { lethe } from '../../generated/lethe.js';
import type { GroupVersion, MessageBody } from '../messages.js';
import type { TreeNode } from '../tree-node.js';
import { type FrameReader, malformed } from './frames.js';

/** Every field of a protobuf message, required, so that a field added to the wire is a type error until it is carried. */
export type Fields<Properties> = {
  [Name in keyof Properties as Name extends '$unknowns' ? never : Name]-?: Exclude<Properties[Name], null | undefined>;
};

export interface Encoded<Properties> {
  readonly header: Fields<Properties>;
  /** Raw little-endian frames behind the envelope. */
  readonly frames?: readonly Uint8Array[];
}

/** How one kind of message travels. */
export interface BodyCodec<Body extends MessageBody, Properties> {
  encode(body: Body): Encoded<Properties>;
  decode(header: Fields<Properties>, frames: FrameReader): Body;
}

/** The one of `allowed` that a text from the wire names. */
export function oneOf<Value extends string>(what: string, text: string, allowed: readonly Value[]): Value {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw malformed(`${what} must be one of ${allowed.join(', ')}, found "${text}"`);
  return found;
}

export function treeNode(what: string, node: lethe.TreeNode.$Properties | null | undefined): TreeNode {
  if (node === null || node === undefined) throw malformed(`${what} names no node of the tree of shards`);
  return { first: node.first ?? 0, count: node.count ?? 0 };
}

export function groupVersions(versions: readonly lethe.GroupVersion.$Properties[]): GroupVersion[] {
  return versions.map(({ group, version }) => ({ group: group ?? '', version: version ?? 0 }));
}

/** Bytes or milliseconds, which are finite and no fewer than none. */
export function amount(what: string, value: number | null | undefined): number {
  const found = value ?? 0;
  if (!Number.isFinite(found) || found < 0) throw malformed(`${what} must be finite and at least 0, found ${found}`);
  return found;
}

/** A plain copy, under names that are fit to be shown: decoded maps inherit from protobuf's own objects. */
export function numbersByName(map: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [foreignText(name), value]));
}
