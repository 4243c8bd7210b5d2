import { DATA_KIND_NAMES, rulesOfKind } from './data-kinds.js';
import { EVERY_NETWORK, isTree, leaves, OPTIMIZERS, valueAt, withValue, type ConfigLayer, type Origin, type Tree } from './layer.js';
import { UNDISTORTED } from './schema/data.js';
import { OPTIMIZER_DEFAULTS } from './optimizer-defaults.js';

function merge(base: Tree, layer: Tree): Tree {
  return Object.entries(layer).reduce<Tree>((tree, [key, value]) => {
    const below = Object.hasOwn(tree, key) ? tree[key] : undefined;
    return { ...tree, [key]: isTree(below) && isTree(value) ? merge(below, value) : value };
  }, base);
}

/** An optimiser whose kind the layer changes starts from the defaults of the new kind. It keeps its rate and its schedule. */
function changeOptimizerKinds(base: Tree, layer: Tree): Tree {
  return networksOf(base).reduce((tree, network) => {
    const path = `${OPTIMIZERS}.${network}`;
    const kind = valueAt(layer, `${path}.kind`);
    const before = valueAt(tree, path);
    if (!isTree(before) || kind === before['kind'] || (kind !== 'adam' && kind !== 'sgd')) return tree;
    return withValue(tree, path, { kind, learningRate: before['learningRate'], ...OPTIMIZER_DEFAULTS[kind], schedule: before['schedule'] });
  }, base);
}

/** Settings that follow from the layer: the user need not unset what an earlier layer set. */
function implied(base: Tree, layer: Tree): Tree {
  const says = (path: string): boolean => valueAt(layer, path) !== undefined;
  let tree = base;
  if (says('rounds') && layer['rounds'] !== null && !says('epochs')) tree = withValue(tree, 'epochs', null);
  if (says('epochs') && layer['epochs'] !== null && !says('rounds')) tree = withValue(tree, 'rounds', null);
  const kind = DATA_KIND_NAMES.find((name) => name === valueAt(layer, 'data.kind'));
  const isPackaged = kind !== undefined && rulesOfKind(kind).folder === 'none';
  if (isPackaged && !says('data.folder')) tree = withValue(tree, 'data.folder', null);
  if (kind !== undefined && kind !== 'own' && !says('data.own')) tree = withValue(tree, 'data.own', null);
  // Who says how images are distorted in one way distorts them in no other.
  if (isTree(valueAt(layer, 'data.augmentation')) && valueAt(base, 'data.augmentation') === null) {
    tree = withValue(tree, 'data.augmentation', UNDISTORTED);
  }
  const workers = valueAt(layer, 'cluster.workers');
  if (typeof workers === 'number' && !says('cluster.awaitWorkers')) {
    const before = valueAt(base, 'cluster.workers');
    const followed = typeof before === 'number' && valueAt(base, 'cluster.awaitWorkers') === Math.max(1, before);
    if (followed) tree = withValue(tree, 'cluster.awaitWorkers', Math.max(1, workers));
  }
  return tree;
}

/** An own game has none of the settings of the game that the recipe plays. */
function withoutOtherGame(base: Tree, layer: Tree): Tree {
  const isReplaced = valueAt(layer, 'objective.kind') === 'own' && valueAt(base, 'objective.kind') !== 'own';
  return isReplaced ? { ...base, objective: {} } : base;
}

/** The layer with its settings for every network copied to each network of the game. */
function expandEveryNetwork(base: Tree, layer: Tree): Tree {
  const ofEvery = valueAt(layer, `${OPTIMIZERS}.${EVERY_NETWORK}`);
  if (!isTree(ofEvery)) return layer;
  const { [EVERY_NETWORK]: _, ...named } = valueAt(layer, OPTIMIZERS) as Tree;
  const settings = networksOf(base).map((network) => [network, isTree(named[network]) ? merge(ofEvery, named[network]) : ofEvery] as const);
  return withValue(layer, OPTIMIZERS, { ...named, ...Object.fromEntries(settings) });
}

function networksOf(base: Tree): string[] {
  const optimizers = valueAt(base, OPTIMIZERS);
  return isTree(optimizers) ? Object.keys(optimizers) : [];
}

/** The configuration with one layer laid over it. Nothing is validated: `compileConfig` names what is wrong. */
export function applyLayer(base: Tree, { values }: ConfigLayer): Tree {
  const below = withoutOtherGame(base, values);
  const layer = expandEveryNetwork(below, values);
  return withoutIdleDistortions(merge(implied(changeOptimizerKinds(below, layer), layer), layer), layer);
}

/** Where a layer leaves no distortion, images are not distorted: copies of all of them would be nothing but slow. */
function withoutIdleDistortions(tree: Tree, layer: Tree): Tree {
  const augmentation = valueAt(tree, 'data.augmentation');
  if (!isTree(valueAt(layer, 'data.augmentation')) || !isTree(augmentation)) return tree;
  const idle: Readonly<Record<string, unknown>> = UNDISTORTED;
  const isIdle = Object.entries(augmentation).every(([name, value]) => idle[name] === value);
  return isIdle ? withValue(tree, 'data.augmentation', null) : tree;
}

/** Where each value of the layers was given; later layers win. */
export function originsOf(layers: readonly ConfigLayer[]): Map<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const layer of layers) {
    for (const [path] of leaves(layer.values)) origins.set(path, { source: layer.source, label: layer.label(path) });
  }
  return origins;
}
