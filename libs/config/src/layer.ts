/** Values that were given together, in a file or by flags. Layers lie over a recipe in order: later ones win. */
export interface ConfigLayer {
  readonly source: 'file' | 'flags';
  /** Part of a configuration, not yet validated. */
  readonly values: Readonly<Record<string, unknown>>;
  /** How the user would name a setting of this layer: `--beta`, `objective.beta in small.json`. */
  readonly label: (path: string) => string;
}

export interface Origin { readonly source: ConfigLayer['source']; readonly label: string }

/** Where each value that is not the recipe's was given, by dotted path of the leaf. */
export type Origins = ReadonlyMap<string, Origin>;

export type Tree = Readonly<Record<string, unknown>>;

/** Whether a value is an object that is no list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A dotted path with one more key. */
export function joinPath(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`;
}

/** Every value of a tree that is not itself a tree, with its dotted path. */
export function leaves(tree: Tree, parent = ''): [path: string, value: unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const path = joinPath(parent, key);
    return isTree(value) ? leaves(value, path) : [[path, value]];
  });
}

/** The value at a dotted path, or undefined. */
export function valueAt(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined), tree);
}

/** A copy of the tree with one value set. Trees that are missing on the way are made. */
export function withValue(tree: Tree, path: string, value: unknown): Tree {
  const [key = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...tree, [key]: value };
  const child = tree[key];
  return { ...tree, [key]: withValue(isTree(child) ? child : {}, rest.join('.'), value) };
}

/** Path of the optimisers, which are kept by network. */
export const OPTIMIZERS = 'objective.optimizers';
/** Stands there for every network: a user need not know which networks a game has. */
export const EVERY_NETWORK = '*';

/** How to name a setting in a message: as the user gave it, else by its path. */
export function labelOf(origins: Origins, path: string): string {
  return originOf(origins, path)?.label ?? path;
}

/** Where a setting was given, by itself or for every network. */
export function originOf(origins: Origins, path: string): Origin | undefined {
  return origins.get(path) ?? origins.get(path.replace(/^(objective\.optimizers\.)[^.]+/, `$1${EVERY_NETWORK}`));
}
