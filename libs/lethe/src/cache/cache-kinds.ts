/** A kind of thing that processes and runs of a machine keep for each other in the cache folder. */
export interface CacheKind {
  /** What it is called on the command line. */
  readonly name: string;
  /** Names in the cache folder that belong to it. */
  readonly names: RegExp;
  /** Those names are folders in which the things lie; else each is one thing. */
  readonly isShelf: boolean;
  readonly holds: string;
  /** What happens where it is needed and not there. */
  readonly otherwise: string;
}

/** Everything that Lethe keeps there. What has another name is somebody else's: it is shown, and never removed. */
export const CACHE_KINDS = [
  { name: 'inputs', names: /^inputs$/, isShelf: true, holds: 'data as they were decoded', otherwise: 'decoded again' },
  { name: 'judges', names: /^judges$/, isShelf: true, holds: 'judges of redrawn images', otherwise: 'trained again' },
  { name: 'controls', names: /^controls$/, isShelf: true, holds: 'figures of probes on raw inputs', otherwise: 'measured again' },
  { name: 'worker-logs', names: /^worker-logs$/, isShelf: true, holds: 'logs of workers that joined', otherwise: 'not made again' },
  { name: 'tensorflow', names: /^tensorflow-/, isShelf: false, holds: 'native TensorFlow', otherwise: 'downloaded and built again' },
  { name: 'tools', names: /^(?:node|python)-/, isShelf: false, holds: 'Node and Python for tests', otherwise: 'downloaded again' },
  { name: 'unfinished', names: /^\.partial-/, isShelf: false, holds: 'set-ups that were broken off', otherwise: 'not made again' },
] as const satisfies readonly CacheKind[];

/** What a kind of thing in the cache is called. */
export type CacheKindName = (typeof CACHE_KINDS)[number]['name'];
